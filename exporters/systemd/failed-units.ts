import type { Clock, Instant } from '../../model/time.ts';
import type { FailedUnit, UnitFailed } from '../../model/unit.ts';
import { openBus } from './bus/connection.ts';
import { endingsOf, type UnitEnding } from './endings.ts';
import { lastLines, whyUnreadable } from './journal.ts';
import { readJournalFailures } from './journal-failures.ts';
import { findPlace, type Place, type PlaceSettings } from './place.ts';
import { MANAGER_PROPERTIES } from './samples.ts';
import { textOf } from './signals.ts';
import { ask, type Source } from './source.ts';
import { forEach } from './systemd-calls.ts';
import { endingInWords, exitOf } from './words.ts';

/** The units of one systemd that are failed at this moment. */
export interface FailedUnits {
  /** `system`, or `user:` and the user. */
  readonly scope: string;
  /** Systemd's own state: `running`, `degraded`, `maintenance`. */
  readonly state: string;
  readonly asked: Source['kind'];
  /** How many are failed; more than are listed, where they are very many. */
  readonly count: number;
  readonly units: readonly FailedUnit[];
  /** Failures since a time that was asked for, from the journal; or why they cannot be told. */
  readonly failures?: readonly UnitFailed[] | string;
}

const MOST = 100;

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
  const bus = openBus({ address: place.bus, clock, onSignal: () => {}, onGone: () => {} });
  try {
    const found = await ask(
      () => bus,
      place.systemctl,
      signal,
      async (source) => {
        const names = (await source.units()).filter(({ active }) => active === 'failed').map(({ name }) => name);
        const { SystemState } = await source.manager(MANAGER_PROPERTIES);
        const endings = await endingsOf(source, names.toSorted().slice(0, MOST));
        return { state: textOf(SystemState) ?? 'unknown', asked: source.kind, count: names.length, endings };
      },
    );
    const { endings, ...rest } = found;
    const units = await withLines(place, endings, signal);
    if (settings.since === undefined) return { scope: place.scope, ...rest, units };
    const failures = await readJournalFailures(place, settings.since, signal).catch(whyUnreadable);
    return { scope: place.scope, ...rest, units, failures };
  } finally {
    bus.then((one) => one.close()).catch(() => {});
  }
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
