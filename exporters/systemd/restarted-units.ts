import type { FailedUnit, UnitFailed } from '../../model/unit.ts';
import { endingsOf, type UnitEnding } from './endings.ts';
import type { Source } from './source.ts';
import type { UnitRow } from './systemd-calls.ts';

/** What a unit that was started again does now. */
export interface StartedAgain {
  /** In systemd's word: `running`, `auto-restart`. */
  readonly sub: string;
  /** How often it failed lately; 0 where the journal does not tell. */
  readonly times: number;
}

/** A unit that crashed and is not left so: how its last crash was. */
export interface RestartedUnit extends FailedUnit, StartedAgain {}

/** Of the units that systemd started again, or is about to, how each crashed last; `recent` is what the journal has of failures lately. */
export async function restartedOf(
  source: Source,
  rows: readonly UnitRow[],
  recent: readonly UnitFailed[],
): Promise<(UnitEnding & StartedAgain)[]> {
  const byName = Map.groupBy(recent, ({ name }) => name);
  const subs = new Map(rows.filter((row) => isStartedAgain(row, byName)).map(({ name, sub }) => [name, sub]));
  const endings = await endingsOf(source, [...subs.keys()]);
  return endings.flatMap(({ name, ending, since }) => {
    const its = byName.get(name) ?? [];
    const last = its.at(-1);
    const { restarts, result = 'success' } = ending;
    const rest = { name, since: last?.at ?? since, sub: subs.get(name) ?? '', times: its.length };
    if (result !== 'success') return [{ ...rest, ending }];
    // What runs again has forgotten how it ended, and the journal knows; what ended well is only started again.
    return last === undefined
      ? []
      : [{ ...rest, ending: { restarts, result: last.result, invocation: last.invocation } }];
  });
}

/** Neither failed nor stopped: what is stopped has been seen to. */
function isStartedAgain({ name, active, sub }: UnitRow, recent: ReadonlyMap<string, unknown>): boolean {
  if (active === 'failed' || active === 'inactive') return false;
  return isWaiting(sub) || recent.has(name);
}

function isWaiting(sub: string): boolean {
  return sub.startsWith('auto-restart');
}
