import type { Check } from '../../model/finding.ts';
import type { Monitor } from '../../model/monitor.ts';
import { ours, reason } from '../../model/reason.ts';
import type { Stand, Tally, Transition } from '../../model/standing.ts';
import { type Clock, type Instant, MINUTE } from '../../model/time.ts';
import { CLOCK_TOLERANCE_MS, stepInWords } from '../../runtime/clock-step.ts';
import type { Run, Series } from './series.ts';

/** That the wall clock was set: by so many milliseconds, and what it says now. */
export interface ClockSet {
  readonly step: number;
  readonly now: Instant;
}

/** For how much longer than its interval a finding may count, in a box that is very late. */
const LATEST_MS = 5 * MINUTE;

/**
 * What is kept of a stand when the clock was set: nobody has seen the time that was skipped, and it stands as before from now on. What a
 * clock that was ahead had dated lies in the future, so it is said again from now on.
 */
export function interruption(stand: Stand, { step, now }: ClockSet): Transition[] {
  const { standing, blind, freshUntil: _, since: __, tally: ___, ...rest } = stand;
  const unseen = { to: 'unknown', blind: 'unwatched', at: Math.min(now, now - step) } as const;
  if (blind === 'unwatched') return step > 0 ? [] : [{ ...rest, ...unseen, from: 'unknown' }];
  const why = reason`this machine's clock was ${ours(stepInWords(step))}`;
  return [
    { ...rest, ...unseen, from: standing, reason: why },
    { ...rest, from: 'unknown', to: standing, at: now, ...(blind && { blind }) },
  ];
}

/** A stand after the clock was set. */
export function afterStep<Standing extends Pick<Stand, 'since' | 'blind'>>(stand: Standing, set: ClockSet): Standing {
  return stand.blind === 'unwatched' && set.step > 0 ? stand : { ...stand, since: set.now };
}

/** A series after the clock was set, with every instant where the clock that is right now would have put it. */
export function seriesAfterStep(series: Series, set: ClockSet): Series {
  const moved = (at: Instant) => (at > set.now ? at + set.step : at);
  const movedRun = (run: Run | undefined) => run && { ...run, first: moved(run.first) };
  const movedRuns = (runs: Series['worse']): Series['worse'] =>
    Object.fromEntries(Object.entries(runs).map(([level, run]) => [level, movedRun(run)]));
  const movedTally = ({ failures, aside, failing, ...tally }: Tally): Tally => ({
    ...tally,
    failures: failures.map((one) => ({ ...one, at: moved(one.at) })),
    ...(aside && { aside: movedTally(aside) }),
    ...(failing && { failing: { ...failing, since: set.now } }),
  });
  const { held } = series;
  return {
    ...afterStep(series, set),
    worse: movedRuns(series.worse),
    better: movedRuns(series.better),
    changes: series.changes.map(moved),
    tally: movedTally(series.tally),
    ...(held && {
      held: {
        ...held,
        first: { ...held.first, at: moved(held.first.at) },
        last: { ...held.last, at: moved(held.last.at) },
      },
    }),
  };
}

/** A check that was under way when the clock was set began at another instant than that clock said. */
export function dated(check: Check, clock: Clock): Check {
  const at = Math.round(clock.now() - (clock.steady() - check.steadyAt));
  return Math.abs(at - check.at) > CLOCK_TOLERANCE_MS ? { ...check, at } : check;
}

/** Whether a stand was kept by a clock that was ahead of `now`: nothing begins later, and no finding counts so long. */
export function isAhead({ since, freshUntil }: Stand, { everyMs, timeoutMs }: Monitor, now: Instant): boolean {
  return since > now + CLOCK_TOLERANCE_MS || freshUntil > now + everyMs + 2 * timeoutMs + LATEST_MS;
}

/** A stand of which nothing is known any more, since the clock that dated it was ahead. */
export function forgotten({ monitor, vantage }: Stand, now: Instant): Stand {
  const why = ["this machine's clock was ahead when the box last ran"];
  return { monitor, vantage, standing: 'unknown', blind: 'unwatched', since: now, reason: why, freshUntil: now };
}
