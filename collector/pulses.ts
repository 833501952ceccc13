import type { Pulse } from '../model/ledger.ts';
import type { Monitor } from '../model/monitor.ts';
import type { Part } from '../model/part.ts';
import type { ProbeContext } from '../model/probe.ts';
import type { Clock } from '../model/time.ts';
import type { Ledger } from './ledger/open.ts';

interface PulsesConfig {
  readonly monitors: readonly Pick<Monitor, 'name' | 'was' | 'traits'>[];
}

/** The latest pulses of every heartbeat, in memory, beside the ledger that keeps them. */
export interface Pulses extends Part<PulsesConfig> {
  readonly latest: ProbeContext['pulses'];
  /** Resolves once the pulse is durable; only then does it count. A `start` before the one before it has ended is kept as `again`. */
  keep(pulse: Pulse): Promise<void>;
  /** Gives renamed monitors their history, and notes since when heartbeats are waited for, where that is not known yet. */
  configure(config: PulsesConfig): Promise<void>;
}

/** Takes up the pulses that the ledger has. */
export async function openPulses({
  clock,
  ledger,
}: {
  readonly clock: Clock;
  readonly ledger: Ledger;
}): Promise<Pulses> {
  const known = new Map<string, Partial<Record<Pulse['signal'], Pulse>>>();
  function remember(pulse: Pulse): void {
    known.set(pulse.monitor, { ...known.get(pulse.monitor), [pulse.signal]: pulse });
  }
  for (const pulse of await ledger.pulses.latest()) remember(pulse);
  async function keep(arrived: Pulse): Promise<void> {
    const pulse = named(arrived, known.get(arrived.monitor));
    await ledger.pulses.keep(pulse);
    remember(pulse);
  }
  function rename(from: string, to: string): void {
    const pulses = known.get(from);
    if (pulses) known.set(to, pulses);
    known.delete(from);
  }
  return {
    latest: (monitor) => known.get(monitor) ?? {},
    keep,
    async configure({ monitors }) {
      for (const { name, was } of monitors)
        if (was !== undefined && (await ledger.rename(was, name))) rename(was, name);
      const unknown = monitors.filter(
        ({ name, traits }) => traits.waitsForReports && known.get(name)?.known === undefined,
      );
      const at = clock.now();
      await Promise.all(unknown.map(({ name }) => keep({ monitor: name, at, signal: 'known' })));
    },
    stop() {},
  };
}

/** Ledger and memory keep the latest of each signal: by this it stays known which start was the first that nothing has answered. */
function named(pulse: Pulse, latest: Partial<Record<Pulse['signal'], Pulse>> = {}): Pulse {
  const { start, ok, fail } = latest;
  const isOpen = start !== undefined && [ok, fail].every((end) => end === undefined || end.at < start.at);
  return pulse.signal === 'start' && isOpen ? { ...pulse, signal: 'again' } : pulse;
}
