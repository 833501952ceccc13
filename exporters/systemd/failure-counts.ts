import type { Instant } from '../../model/time.ts';
import { FLAPPING, type UnitFailure } from '../../model/unit.ts';
import { endingInWords } from './words.ts';

/** A unit that failed, and how. */
export interface NamedFailure extends UnitFailure {
  readonly unit: string;
}

/** Failures by unit since the box began, and each unit's latest. */
export interface FailureCounts {
  add(
    unit: string,
    ending: { result: string; code?: number | undefined; status?: number | undefined },
    at: Instant,
  ): NamedFailure;
  /** By unit and result. */
  byUnit(): ReadonlyMap<string, ReadonlyMap<string, number>>;
  total(): number;
  /** A unit's failures of the last ten minutes, oldest first. */
  recent(unit: string, now: Instant): readonly UnitFailure[];
}

/** Units of which failures are counted by name; names may be made up for each run, as `run-u1234.service`. */
const MOST_UNITS = 500;
const OTHERS = 'other units';

export function createFailureCounts(): FailureCounts {
  const counts = new Map<string, Map<string, number>>();
  const recent = new Map<string, UnitFailure[]>();
  let total = 0;
  return {
    add(unit, { result, code, status }, at) {
      const name = counts.has(unit) || counts.size < MOST_UNITS ? unit : OTHERS;
      const byResult = counts.get(name) ?? new Map<string, number>();
      counts.set(name, byResult.set(result, (byResult.get(result) ?? 0) + 1));
      total++;
      const failure = { at, result, words: endingInWords({ result, code, status }) };
      // What others did together says nothing of one of them.
      if (name === unit) recent.set(unit, [...(recent.get(unit) ?? []).slice(1 - FLAPPING.kept), failure]);
      return { unit, ...failure };
    },
    byUnit: () => counts,
    total: () => total,
    recent: (unit, now) => (recent.get(unit) ?? []).filter((one) => Math.abs(now - one.at) < FLAPPING.withinMs),
  };
}
