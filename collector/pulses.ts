import type { Pulse } from '../model/ledger.ts';
import type { ProbeContext } from '../model/probe.ts';
import type { Instant } from '../model/time.ts';
import type { Ledger } from './ledger/open.ts';

/** The latest pulses of every heartbeat, in memory, beside the ledger that keeps them. */
export interface Pulses {
  readonly latest: ProbeContext['pulses'];
  /** Resolves once the pulse is durable; only then does it count. A `start` before the one before it has ended is kept as `again`. */
  keep(pulse: Pulse): Promise<void>;
  /** Notes since when these heartbeats are waited for, where that is not known yet. */
  expect(monitors: readonly string[], now: Instant): Promise<void>;
  /** The pulses of `from` are those of `to` from now on. */
  rename(from: string, to: string): void;
}

/** Takes up the pulses that the ledger has. */
export async function openPulses(ledger: Ledger): Promise<Pulses> {
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
  return {
    latest: (monitor) => known.get(monitor) ?? {},
    keep,
    async expect(monitors, now) {
      const unknown = monitors.filter((monitor) => known.get(monitor)?.known === undefined);
      await Promise.all(unknown.map((monitor) => keep({ monitor, at: now, signal: 'known' })));
    },
    rename(from, to) {
      const pulses = known.get(from);
      if (pulses) known.set(to, pulses);
      known.delete(from);
    },
  };
}

/** Ledger and memory keep the latest of each signal: by this it stays known which start was the first that nothing has answered. */
function named(pulse: Pulse, latest: Partial<Record<Pulse['signal'], Pulse>> = {}): Pulse {
  const { start, ok, fail } = latest;
  const isOpen = start !== undefined && [ok, fail].every((end) => end === undefined || end.at < start.at);
  return pulse.signal === 'start' && isOpen ? { ...pulse, signal: 'again' } : pulse;
}
