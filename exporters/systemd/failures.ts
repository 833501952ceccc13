import type { Instant } from '../../model/time.ts';
import { createFailureCounts, type FailureCounts, type NamedFailure } from './failure-counts.ts';

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
  /** A job for it is under way. A restart is counted as soon as its job is there, before the unit leaves `auto-restart`. */
  readonly hasJob?: boolean | undefined;
}

/** Counts failures: those that were seen, and after a time without sight those that must have been. */
export interface FailureBook {
  readonly counts: FailureCounts;
  /** Takes news of a unit; a failure, when it is one. */
  hear(unit: string, news: UnitNews, at: Instant): NamedFailure | undefined;
  forget(unit: string): void;
  /** From now on nothing is seen, until each unit is told by `resume`. */
  lose(): void;
  /**
   * How a unit stands after a time without sight; gives the failures that went unseen. At the `first` look nothing did: a unit that
   * is failed then has failed before anybody was to look.
   */
  resume(unit: string, now: UnitNews, at: Instant, first: boolean): readonly NamedFailure[];
  /** Once each unit was told by `resume`: the others are gone, but for those that were heard of meanwhile. */
  keep(units: ReadonlySet<string>): void;
  /** What was last heard of a unit; `fresh` when that was since the sight came back. */
  last(unit: string): (UnitNews & { readonly fresh: boolean }) | undefined;
}

interface Kept extends UnitNews {
  /** 1 while its last run has failed and no restart has been counted since. */
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
  /** How those were whom nobody has looked at since the sight was lost. */
  const before = new Map<string, Kept>();
  const counts = createFailureCounts();

  function count(unit: string, { result = 'unseen', code, status }: UnitNews, at: Instant): NamedFailure {
    return counts.add(unit, { result, code, status }, at);
  }

  return {
    counts,
    hear(unit, news, at) {
      const was = units.get(unit) ?? NEW;
      const now = { ...was, ...given(news) };
      const restarted = news.restarts !== undefined && news.restarts !== was.restarts;
      const failed = news.active === 'failed' && isNewFailure(was, now);
      units.set(unit, {
        ...now,
        pending: failed ? 1 : restarted ? 0 : was.pending,
        live: was.live + (failed ? 1 : 0),
        fresh: true,
        ...(failed && { failedInvocation: now.invocation }),
      });
      return failed ? count(unit, now, at) : undefined;
    },
    forget: (unit) => void units.delete(unit),
    lose() {
      for (const [unit, one] of units) {
        // Lost again before it was looked at: it is still reckoned from where it was seen last.
        const reckoned = before.has(unit);
        if (!reckoned) before.set(unit, one);
        units.set(unit, { ...one, live: reckoned ? one.live : 0, fresh: false });
      }
    },
    resume(unit, now, at, first) {
      // Nobody knew it: it came meanwhile, and began at none.
      const was = before.get(unit) ?? { ...NEW, restarts: 0 };
      before.delete(unit);
      const heard = units.get(unit) ?? NEW;
      const pending = hasFailed(now) ? 1 : 0;
      const told = now.invocation !== undefined && now.invocation === heard.failedInvocation;
      const isNew = pending === 1 && !told;
      const missed = first ? 0 : Math.max(unseen(was, heard.live, now, pending), isNew ? 1 : 0);
      const isOver = pending === 1 || now.sub === 'auto-restart';
      // What was heard of its state is newer than what was asked for.
      const { active, sub } = heard.fresh ? heard : now;
      units.set(unit, {
        ...heard,
        ...given({ ...now, active, sub }),
        pending,
        live: 0,
        ...(isOver && { failedInvocation: now.invocation }),
      });
      const isLast = (index: number) => isNew && index === missed - 1;
      return Array.from({ length: missed }, (_, index) => count(unit, isLast(index) ? now : {}, at));
    },
    keep(those) {
      for (const [unit, { fresh }] of units) if (!fresh && !those.has(unit)) units.delete(unit);
      before.clear();
    },
    last: (unit) => units.get(unit),
  };
}

/** Each run fails once: that it is not started again, having failed too often, is no further failure. */
function isNewFailure(was: Kept, now: UnitNews): boolean {
  if (now.invocation) return now.invocation !== was.failedInvocation;
  return was.active !== 'failed';
}

/**
 * Failures that nobody saw. Each restart follows a failure; the first may follow one that was seen before the sight was lost, and
 * the last failure may not have its restart yet.
 */
function unseen(was: UnitNews & Pick<Kept, 'pending'>, live: number, now: UnitNews, pending: number): number {
  if (was.restarts === undefined || now.restarts === undefined) return 0;
  // A start by hand sets the number back.
  if (now.restarts < was.restarts) return now.restarts + pending - live;
  return now.restarts - was.restarts - was.pending + pending - live;
}

/** Whether it lies there failed, or waits for a restart that is not counted yet. */
function hasFailed({ active, sub, result = 'success', hasJob = false }: UnitNews): boolean {
  return active === 'failed' || (sub === 'auto-restart' && result !== 'success' && !hasJob);
}

function given(news: UnitNews): UnitNews {
  return Object.fromEntries(Object.entries(news).filter(([, value]) => value !== undefined));
}
