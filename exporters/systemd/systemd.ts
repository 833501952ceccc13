import type { ExporterContext, OpenExporter } from '../../model/exporter.ts';
import { sample } from '../../model/metric.ts';
import { systemd } from '../../model/metrics/systemd.ts';
import type { Sample } from '../../model/sample.ts';
import { SECOND } from '../../model/time.ts';
import { expectedSamples, socketSamples, stateSamples, timerSamples } from './details.ts';
import { createFailed } from './failed.ts';
import { findPlace, type Place } from './place.ts';
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
import { type Lease, leaseWatch } from './shared.ts';
import { ask, type Source } from './source.ts';
import { monotonicNow } from './times.ts';

/** A failure has everything collected soon, but a crash loop not all the time. */
const EAGER_MS = 5 * SECOND;

/** One systemd that is watched. */
interface Watched {
  readonly place: Place;
  readonly lease: Lease;
  readonly expect: readonly string[];
  readonly failed: ReturnType<typeof createFailed>;
  /** What was last said of how it can be asked. */
  said: string | undefined;
}

/** What systemd says of the machine's units, and of those of some users. */
export const openSystemd: OpenExporter<SystemdSettings> = async (settings, context) => {
  const { clock, onTrouble } = context;
  const eager = createEagerness(context);
  const { bus, systemctl, journalctl } = settings;
  const wanted = [
    { place: { bus, systemctl, journalctl }, expect: settings.expect },
    ...settings.users.map(({ name, bus: own, expect }) => ({ place: { user: name, bus: own, journalctl }, expect })),
  ];
  const places = await Promise.all(wanted.map(async (one) => ({ ...one, place: await findPlace(one.place) })));
  const watched = places.map(
    ({ place, expect }): Watched => ({
      place,
      expect,
      lease: leaseWatch(place.bus, clock, eager.failed),
      failed: createFailed(place, clock, onTrouble),
      said: undefined,
    }),
  );

  async function collectOne(one: Watched, signal: AbortSignal): Promise<Sample[]> {
    const { place, lease, expect } = one;
    const { failures } = lease.watch;
    const { scope } = place;
    const { kind, samples } = await ask(lease.watch.bus, place.systemctl, signal, async (source) => {
      const rows = await source.units();
      const manager = await source.manager(MANAGER_PROPERTIES);
      const named = expect.length === 0 ? [] : await source.named(expect);
      const samples = [
        ...summarize(scope, rows, manager),
        ...loadErrors(scope, rows, named),
        ...(await one.failed.samples(source, rows, signal)),
        ...(await expectedSamples(scope, source, named, expect)),
        ...(await timerSamples(scope, source, rows, scope === SYSTEM ? settings.within : {}, monotonicNow(clock))),
        ...(scope === SYSTEM ? await socketSamples(source, rows) : []),
        ...(scope === SYSTEM ? countRestarts(rows, failures) : []),
        ...(scope === SYSTEM ? await stateSamples(source, rows, settings.states) : []),
      ];
      return { kind: source.kind, samples };
    });
    say(one, kind);
    return [...samples, ...countFailures(scope, failures, expect, clock.now()), ...about(one)];
  }

  /** Without a bus, failures that last a moment cannot be seen. */
  function say(one: Watched, kind: Source['kind']): void {
    const { bus, scope } = one.place;
    const said = kind === 'bus' ? undefined : `${bus} does not answer, so systemctl is asked instead`;
    if (said !== one.said)
      onTrouble(
        said === undefined
          ? `${scope === SYSTEM ? 'the bus' : scope} answers again`
          : `${said}: units that fail and are started again at once go unseen`,
      );
    one.said = said;
  }

  /** A user who is not logged in has no systemd: that is no fault of the rest. */
  async function collectUser(one: Watched, signal: AbortSignal): Promise<Sample[]> {
    try {
      return await collectOne(one, signal);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (one.said !== why) onTrouble(`${one.place.scope}: ${why}`);
      one.said = why;
      const { scope } = one.place;
      return [...about(one), ...one.expect.map((name) => sample(systemd.unitExpectedUp, 0, { scope, name }))];
    }
  }

  return {
    async collect(signal) {
      const [system, ...users] = watched;
      const all = [...(system ? [collectOne(system, signal)] : []), ...users.map((one) => collectUser(one, signal))];
      return (await Promise.all(all)).flat();
    },
    async stop() {
      eager.stop();
      for (const { lease } of watched) lease.release();
    },
  };
};

function about({ place, lease }: Watched): Sample[] {
  return watchSamples(place.scope, lease.watch.figures());
}

/** Asks to collect soon when a unit fails, and not again for a while. */
function createEagerness({ clock, soon }: ExporterContext): { readonly failed: () => void; readonly stop: () => void } {
  let cancel: (() => void) | undefined;
  return {
    failed() {
      if (cancel !== undefined) return;
      soon();
      cancel = clock.after(EAGER_MS, () => {
        cancel = undefined;
      });
    },
    stop: () => cancel?.(),
  };
}
