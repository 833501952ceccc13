import type { Clock, Instant } from '../../model/time.ts';
import { type FailedUnit, FLAPPING, type UnitFailed } from '../../model/unit.ts';
import { openBus } from '../../programs/dbus/connection.ts';
import { endingsOf, type UnitEnding } from './endings.ts';
import { lastLines, whyUnreadable } from './journal.ts';
import { readJournalFailures } from './journal-failures.ts';
import { findPlace, type Place, type PlaceSettings } from './place.ts';
import { type RestartedUnit, restartedOf } from './restarted-units.ts';
import { MANAGER_PROPERTIES } from './samples.ts';
import { textOf } from './signals.ts';
import { ask, type Source } from './source.ts';
import { forEach } from './systemd-calls.ts';
import { endingInWords, exitOf } from './words.ts';

/** The units of one systemd that are failed at this moment, and those that crash. */
export interface FailedUnits {
  /** `system`, or `user:` and the user. */
  readonly scope: string;
  /** Systemd's own state: `running`, `degraded`, `maintenance`. */
  readonly state: string;
  readonly asked: Source['kind'];
  /** How many are failed; more than are listed, where they are very many. */
  readonly count: number;
  /** What failed last comes first. */
  readonly units: readonly FailedUnit[];
  /** Those that failed within the last ten minutes and are not left so: systemd started them again, or is about to. */
  readonly restarted: readonly RestartedUnit[];
  /** Why those that run again by now cannot be told. */
  readonly unreadable?: string;
  /** Failures since a time that was asked for, from the journal; or why they cannot be told. */
  readonly failures?: readonly UnitFailed[] | string;
}

/** So many are listed. */
const MOST = 100;
/** Of so many it is asked when they failed. */
const MOST_ASKED = 1_000;

/**
 * Asks systemd at this moment, over a connection for this question alone, and the journal. Rejects in words when there is no such
 * user, when systemd cannot be asked, or at the signal.
 */
export async function findFailedUnits(
  settings: PlaceSettings & { readonly since?: Instant | undefined },
  clock: Clock,
  signal: AbortSignal,
): Promise<FailedUnits> {
  const place = await findPlace(settings);
  const { since } = settings;
  const lately = clock.now() - FLAPPING.withinMs;
  const reading = readJournalFailures(place, Math.min(since ?? lately, lately), signal).catch(whyUnreadable);
  const bus = openBus({ address: place.bus, clock, onSignal: () => {}, onGone: () => {} });
  try {
    const found = await ask(
      () => bus,
      place.systemctl,
      signal,
      async (source) => {
        const rows = await source.units();
        const names = rows.filter(({ active }) => active === 'failed').map(({ name }) => name);
        const { SystemState } = await source.manager(MANAGER_PROPERTIES);
        const endings = newestFirst(await endingsOf(source, names.slice(0, MOST_ASKED)));
        const told = await reading;
        const recent = typeof told === 'string' ? [] : told.filter(({ at }) => at >= lately);
        const again = newestFirst(await restartedOf(source, rows, recent));
        return { state: textOf(SystemState) ?? 'unknown', asked: source.kind, count: names.length, endings, again };
      },
    );
    const { endings, again, ...rest } = found;
    const told = await reading;
    return {
      scope: place.scope,
      ...rest,
      units: await withLines(place, endings, signal),
      restarted: (await withLines(place, again, signal)).map((unit, index) => {
        const { sub = '', times = 0 } = again[index] ?? {};
        return { ...unit, sub, times };
      }),
      ...(typeof told === 'string' && { unreadable: told }),
      ...(since !== undefined && { failures: typeof told === 'string' ? told : told.filter(({ at }) => at >= since) }),
    };
  } finally {
    bus.then((one) => one.close()).catch(() => {});
  }
}

function newestFirst<T extends UnitEnding>(endings: readonly T[]): readonly T[] {
  return endings.toSorted((a, b) => (b.since ?? 0) - (a.since ?? 0)).slice(0, MOST);
}

async function withLines(place: Place, endings: readonly UnitEnding[], signal: AbortSignal): Promise<FailedUnit[]> {
  const found: FailedUnit[] = [];
  await forEach([...endings.entries()], async ([index, { name, ending, since }]) => {
    const { result = 'unknown', code, status, invocation, restarts } = ending;
    const journal = await lastLines(place.journalctl, { unit: name, invocation, userId: place.userId }, signal);
    const words = endingInWords({ result, code, status });
    found[index] = { name, result, words, ...exitOf({ code, status }), since, restarts, invocation, journal };
  });
  return found;
}
