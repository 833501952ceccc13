import type { FailureRate } from '../../model/monitor.ts';
import { type Reason, reason } from '../../model/reason.ts';
import type { Tally } from '../../model/standing.ts';
import type { Instant } from '../../model/time.ts';
import { type Judged, NO_TALLY, type Seeing, type Series } from './series.ts';

/**
 * What has been counted after one more finding, or so many alike. What belongs to an outage is counted apart, and forgotten with it: a monitor that
 * was down once and is up again is up.
 */
export function tallied(before: Series, judged: Judged, seeing: Seeing, rate: FailureRate, times: number): Tally {
  const { series: after, change } = judged;
  let tally = counted(before.tally, seeing, rate, times);
  if (before.settled !== 'down' && after.settled === 'down')
    return { ...NO_TALLY, aside: withoutLast(tally, after.worse[2]?.count ?? 0) };
  if (before.settled === 'down' && after.settled !== 'down') tally = { ...NO_TALLY, ...tally.aside };
  const { failing, ...rest } = tally;
  if (after.settled !== 'up' || !isFailing(tally, rate, seeing)) return rest;
  const begun = tally.failures.find(({ at }) => at >= after.since)?.at ?? seeing.at;
  const since = change?.at ?? failing?.since ?? begun;
  return { ...tally, failing: { since, reason: failureRateInWords(tally, rate) } };
}

/** What is to be counted of a monitor that is down and works at least as often as not, by its last checks; undefined when it does not. */
export function mixed({ counted: all, failures, latest }: Tally, rate: FailureRate, at: Instant): Tally | undefined {
  const of = Math.min(2 * rate.least, rate.window);
  const lately = failures.filter(({ nth }) => nth > all - of);
  if (all < of || 2 * lately.length > of) return undefined;
  const tally = {
    counted: of,
    failures: lately.map((one) => ({ ...one, nth: one.nth - all + of })),
    ...(latest && { latest }),
  };
  return { ...tally, failing: { since: at, reason: failureRateInWords(tally, rate) } };
}

/** `every second check fails: 503`; `3 of the last 20 checks failed: timeout`. */
function failureRateInWords(tally: Tally, rate: FailureRate): Reason {
  const { failed, of } = shareOf(tally, rate);
  const why = tally.latest === undefined ? [] : reason`: ${tally.latest.reason}`;
  const isEverySecond = of >= 4 && Math.abs(2 * failed - of) <= 1;
  return isEverySecond
    ? reason`every second check fails${why}`
    : reason`${failed} of the last ${of} checks failed${why}`;
}

function counted(tally: Tally, seeing: Seeing, { window }: FailureRate, times: number): Tally {
  const all = tally.counted + times;
  const { at, evidence } = seeing;
  const isFailed = seeing.verdict === 'down';
  const failures = isFailed ? Array.from({ length: times }, (_, index) => ({ nth: all - times + index + 1, at })) : [];
  return {
    ...tally,
    counted: all,
    failures: [...tally.failures, ...failures].filter(({ nth }) => nth > all - window),
    ...(isFailed && { latest: { reason: seeing.reason, ...(evidence && { evidence }) } }),
  };
}

/** Before a run of failures that turned out to be an outage. */
function withoutLast({ counted: all, failures, latest }: Tally, run: number): Tally {
  const left = Math.max(0, all - run);
  return { counted: left, failures: failures.filter(({ nth }) => nth <= left), ...(latest && { latest }) };
}

/** So many begin it, and less than half as many end it. It never begins with a failure, which may be an outage's first. */
function isFailing(tally: Tally, rate: FailureRate, { verdict }: Seeing): boolean {
  const { failed, of } = shareOf(tally, rate);
  const times = tally.failing === undefined ? 1 : 2;
  if (times === 1 && verdict === 'down') return false;
  return failed * times >= rate.least && failed * times >= rate.share * of;
}

function shareOf({ counted: all, failures }: Tally, { window }: FailureRate): { failed: number; of: number } {
  return { failed: failures.filter(({ nth }) => nth > all - window).length, of: Math.min(all, window) };
}
