import { messageOf } from '../../model/errors.ts';
import { sample } from '../../model/metric.ts';
import { systemd } from '../../model/metrics/systemd.ts';
import type { Sample } from '../../model/sample.ts';
import type { Clock } from '../../model/time.ts';
import { BusAbsent } from '../../programs/dbus/connection.ts';
import { expectedSamples, socketSamples, stateSamples, timerSamples } from './details.ts';
import { createFailed } from './failed.ts';
import type { Place } from './place.ts';
import {
  countFailures,
  countRestarts,
  loadErrors,
  MANAGER_PROPERTIES,
  SYSTEM,
  summarize,
  watchSamples,
} from './samples.ts';
import type { SystemdSettings } from './settings.ts';
import { leaseWatch } from './shared.ts';
import { ask, type Source } from './source.ts';
import { monotonicNow } from './times.ts';

/** What is wanted of one systemd. */
export interface OneSettings extends Pick<SystemdSettings, 'expect' | 'within' | 'states'> {
  readonly place: Place;
}

export interface OneContext {
  readonly clock: Clock;
  /** Told in words what people should know. */
  readonly onTrouble: (message: string) => void;
  /** Told as soon as a unit fails. */
  readonly onFailure: () => void;
}

/** One systemd that is watched: the system's, or a user's. */
export interface OneSystemd {
  /** Everything there is to say of it. Rejects when it cannot be asked; that of a user, who may not be logged in, never does. */
  collect(signal: AbortSignal): Promise<Sample[]>;
  stop(): void;
}

/** Watches that systemd from now on. */
export function watchOne(settings: OneSettings, { clock, onTrouble, onFailure }: OneContext): OneSystemd {
  const { place, expect } = settings;
  const { scope } = place;
  const { watch, release } = leaseWatch(place.bus, clock, onFailure);
  const failed = createFailed(place, clock, onTrouble);
  let said: string | undefined;

  /** Says once how it can be asked, and once that it is as it should be again. */
  function say(what: string | undefined): void {
    if (what !== said) onTrouble(what ?? `${scope === SYSTEM ? 'the bus' : scope} answers again`);
    said = what;
  }

  const about = () => watchSamples(scope, watch.figures());

  async function collect(signal: AbortSignal): Promise<Sample[]> {
    const { kind, samples } = await ask(watch.bus, place.systemctl, signal, async (source) => {
      const rows = await source.units();
      const manager = await source.manager(MANAGER_PROPERTIES);
      const named = expect.length === 0 ? [] : await source.named(expect);
      const samples = [
        ...summarize(scope, rows, manager),
        ...loadErrors(scope, rows, named),
        ...(await failed.samples(source, rows, signal)),
        ...(await expectedSamples(scope, source, named, expect)),
        ...(await timerSamples(scope, source, rows, settings.within, monotonicNow(clock))),
        ...(scope === SYSTEM ? await socketSamples(source, rows) : []),
        ...(scope === SYSTEM ? countRestarts(rows, watch.failures) : []),
        ...(await stateSamples(source, rows, settings.states)),
      ];
      return { kind: source.kind, samples };
    });
    say(blindness(kind, place));
    return [...samples, ...countFailures(scope, watch.failures.counts, expect, clock.now()), ...about()];
  }

  async function collectOfUser(signal: AbortSignal): Promise<Sample[]> {
    try {
      return await collect(signal);
    } catch (error) {
      say(`${scope}: ${messageOf(error)}`);
      // Where nobody listens no unit runs; of one who does not answer that cannot be known.
      const down = error instanceof BusAbsent ? expect : [];
      return [...about(), ...down.map((name) => sample(systemd.unitExpectedUp, 0, { scope, name }))];
    }
  }

  return { collect: scope === SYSTEM ? collect : collectOfUser, stop: release };
}

/** What cannot be seen without a bus; undefined with one. */
function blindness(kind: Source['kind'], { bus }: Place): string | undefined {
  if (kind === 'bus') return undefined;
  return `${bus} does not answer, so systemctl is asked instead: units that fail and are started again at once go unseen`;
}
