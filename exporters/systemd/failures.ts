import { type Instant, MINUTE } from '../../model/time.ts';
import type { UnitFailure } from '../../model/unit.ts';
import { endingInWords } from './words.ts';

/** What a signal or an answer says of a unit; what it does not say stays as it was. */
export interface UnitNews {
  readonly active?: string | undefined;
  readonly sub?: string | undefined;
  readonly invocation?: string | undefined;
  readonly result?: string | undefined;
  readonly code?: number | undefined;
  readonly status?: number | undefined;
  /** The property NRestarts. */
  readonly restarts?: number | undefined;
}

/** A unit that failed, and how. */
export interface NamedFailure extends UnitFailure {
  readonly unit: string;
}

/** Counts failures: those that were seen, and after a time without sight those that must have been. */
export interface FailureBook {
  /** Takes news of a unit; a failure, when it is one. */
  hear(unit: string, news: UnitNews, at: Instant): NamedFailure | undefined;
  forget(unit: string): void;
  /** From now on nothing is seen, until each unit is told by `resume`. */
  lose(): void;
  /** How a unit stands after a time without sight; gives the failures that went unseen. */
  resume(unit: string, now: UnitNews, at: Instant): readonly NamedFailure[];
  /** What was last heard of a unit. */
  last(unit: string): UnitNews | undefined;
  /** Failures by unit and result since the book was opened. */
  counts(): ReadonlyMap<string, ReadonlyMap<string, number>>;
  total(): number;
  /** A unit's failures of the last ten minutes, oldest first. */
  recent(unit: string, now: Instant): readonly UnitFailure[];
}

export const FLAPPING = { failures: 3, withinMs: 10 * MINUTE } as const;

/** Units of which failures are counted by name; names may be made up for each run, as `run-u1234.service`. */
const MOST_UNITS = 500;
const MOST_RECENT = 20;
const OTHERS = 'other units';

interface Kept extends UnitNews {
  /** Failures after which no restart has been seen yet. */
  readonly pending: number;
  /** Failures seen since the sight came back. */
  readonly live: number;
  /** Something was heard of it since the sight came back. */
  readonly fresh: boolean;
  readonly failedInvocation?: string | undefined;
}

const NEW: Kept = { pending: 0, live: 0, fresh: false };

/** An empty book. The arithmetic is pure: it reads no clock. */
export function openFailureBook(): FailureBook {
  const units = new Map<string, Kept>();
  let before = new Map<string, Kept>();
  const counts = new Map<string, Map<string, number>>();
  const recent = new Map<string, UnitFailure[]>();
  let total = 0;

  function count(unit: string, { result = 'unseen', code, status }: UnitNews, at: Instant): NamedFailure {
    const name = counts.has(unit) || counts.size < MOST_UNITS ? unit : OTHERS;
    const byResult = counts.get(name) ?? new Map<string, number>();
    counts.set(name, byResult.set(result, (byResult.get(result) ?? 0) + 1));
    total++;
    const failure = { at, result, words: endingInWords({ result, code, status }) };
    const list = recent.get(name) ?? [];
    recent.set(name, [...list.slice(1 - MOST_RECENT), failure]);
    return { unit, ...failure };
  }

  return {
    hear(unit, news, at) {
      const was = units.get(unit) ?? NEW;
      const now = { ...was, ...given(news) };
      const restarted = news.restarts !== undefined && news.restarts !== was.restarts;
      const failed = news.active === 'failed' && isNewFailure(was, now);
      units.set(unit, {
        ...now,
        pending: (restarted ? 0 : was.pending) + (failed ? 1 : 0),
        live: was.live + (failed ? 1 : 0),
        fresh: true,
        ...(failed && { failedInvocation: now.invocation }),
      });
      return failed ? count(unit, now, at) : undefined;
    },
    forget: (unit) => void units.delete(unit),
    lose() {
      before = new Map([...before, ...units]);
      for (const [unit, one] of units) units.set(unit, { ...one, live: 0, fresh: false });
    },
    resume(unit, now, at) {
      const was = before.get(unit);
      before.delete(unit);
      const heard = units.get(unit) ?? NEW;
      // What was heard is newer than what was asked for.
      const merged = heard.fresh ? { ...given(now), ...heard } : { ...heard, ...given(now) };
      const missed = was === undefined ? 0 : unseen(was, heard, now);
      const failed = !heard.fresh && hasFailed(now);
      const ended = failed && was !== undefined && now.invocation !== was.failedInvocation;
      units.set(unit, failed ? { ...merged, pending: 1, failedInvocation: now.invocation } : merged);
      return Array.from({ length: missed + (ended ? 1 : 0) }, (_, index) =>
        count(unit, index === missed ? now : {}, at),
      );
    },
    last: (unit) => units.get(unit),
    counts: () => counts,
    total: () => total,
    recent: (unit, now) => (recent.get(unit) ?? []).filter((one) => now - one.at < FLAPPING.withinMs),
  };
}

/** Each run fails once: that it is not started again, having failed too often, is no further failure. */
function isNewFailure(was: Kept, now: UnitNews): boolean {
  if (now.invocation) return now.invocation !== was.failedInvocation;
  return was.active !== 'failed';
}

/** Restarts that nobody saw, less those that follow a failure which was seen. */
function unseen(was: Kept, heard: Kept, now: UnitNews): number {
  if (now.restarts === undefined || was.restarts === undefined) return 0;
  // A start by hand sets the number back.
  const restarts = now.restarts >= was.restarts ? now.restarts - was.restarts : now.restarts;
  const followed = now.restarts >= was.restarts ? was.pending : 0;
  return Math.max(0, restarts - followed - (heard.live - Math.min(heard.live, heard.pending)));
}

/** Whether it lies there failed, or waits for its restart. */
function hasFailed({ active, sub, result = 'success' }: UnitNews): boolean {
  return active === 'failed' || (sub === 'auto-restart' && result !== 'success');
}

function given(news: UnitNews): UnitNews {
  return Object.fromEntries(Object.entries(news).filter(([, value]) => value !== undefined));
}
