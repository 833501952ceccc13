import type { Pulse } from '../model/ledger.ts';
import type { Monitor } from '../model/monitor.ts';
import type { Part } from '../model/part.ts';
import type { ProbeContext } from '../model/probe.ts';
import type { Clock } from '../model/time.ts';
import { CLOCK_TOLERANCE_MS, watchClockSteps } from '../runtime/clock-step.ts';
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
  /** Those that came in this process: how long ago is known, whatever the wall clock says now. */
  const ours = new WeakSet<Pulse>();
  const clockSteps = watchClockSteps();

  /** One that came before and is dated later was dated by a clock that was ahead. */
  function remember(pulse: Pulse): void {
    const before = Object.entries(known.get(pulse.monitor) ?? {});
    const earlier = before.filter(([signal, one]) => signal === 'known' || one.at <= pulse.at + CLOCK_TOLERANCE_MS);
    known.set(pulse.monitor, { ...Object.fromEntries(earlier), [pulse.signal]: pulse });
  }

  /** When somebody sets the wall clock, the pulses are as old as before. */
  function keepToClock(): void {
    const step = clockSteps(clock.now(), clock.steady());
    if (step === 0) return;
    const moved = (pulse: Pulse): Pulse => {
      if (!ours.has(pulse)) return pulse;
      const after = { ...pulse, at: pulse.at + step };
      ours.add(after);
      return after;
    };
    for (const [monitor, latest] of known)
      known.set(monitor, Object.fromEntries(Object.entries(latest).map(([signal, one]) => [signal, moved(one)])));
  }

  for (const pulse of await ledger.pulses.latest()) remember(pulse);
  keepToClock();
  async function keep(arrived: Pulse): Promise<void> {
    keepToClock();
    const pulse = named(arrived, known.get(arrived.monitor));
    await ledger.pulses.keep(pulse);
    ours.add(pulse);
    remember(pulse);
  }
  function rename(from: string, to: string): void {
    const pulses = known.get(from);
    if (pulses) known.set(to, pulses);
    known.delete(from);
  }
  return {
    latest(monitor) {
      keepToClock();
      return known.get(monitor) ?? {};
    },
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
