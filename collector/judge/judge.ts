import type { Monitor } from '../../model/monitor.ts';
import type { Reason } from '../../model/reason.ts';
import type { Instant } from '../../model/time.ts';
import { blindfold, change, confirmed } from './confirmation.ts';
import { mixed, tallied } from './failure-rate.ts';
import { type Change, type Judged, NO_TALLY, type Seeing, type Series } from './series.ts';

/** What of a monitor its judgement depends on. */
export type Rules = Pick<Monitor, 'confirm' | 'failureRate'>;

/**
 * Draws the conclusion from one more finding, or from so many alike: what is confirmed in a row, and beneath that, whether what is up
 * fails too often to be called so.
 */
export function judge(before: Series, seeing: Seeing, rules: Rules, times = 1): Judged {
  const judged = confirmed(before, seeing, rules.confirm, times);
  const rate = rules.failureRate;
  if (rate === undefined) return shown(before, { ...judged, series: { ...judged.series, tally: NO_TALLY } }, seeing.at);
  if (seeing.verdict === 'unknown') return shown(before, judged, seeing.at);
  const tally = tallied(before, judged, seeing, rate, times);
  const escaped = before.settled === 'down' && seeing.verdict !== 'down' ? mixed(tally, rate, seeing.at) : undefined;
  if (judged.change !== undefined || escaped === undefined)
    return shown(before, { ...judged, series: { ...judged.series, tally } }, seeing.at);
  // It would stay down for ever: never so many good checks in a row, though it works at least as often as not.
  return shown(before, change({ ...judged.series, tally: escaped }, 'up', seeing, true), seeing.at);
}

/** Nobody looked after `at`: the last finding no longer counts. */
export function lapse(before: Series, at: Instant, reason: Reason): Judged {
  return shown(before, blindfold(before, { at, verdict: 'unknown', reason, blind: 'unwatched' }), at);
}

/** Keeps a bad finding back until what would explain it has been judged. */
export function hold(before: Series, seeing: Seeing): Judged {
  const { first = seeing, count = 0 } = before.held ?? {};
  return { series: { ...before, held: { first, last: seeing, count: count + 1 } }, doubtful: false };
}

/** Forgets what was held: it counts neither way. */
export function letGo({ held: _, ...rest }: Series): Series {
  return rest;
}

/** Nothing explains what was held: it counts, from the first of it on. */
export function release(before: Series, rules: Rules): Judged {
  const { held, ...rest } = before;
  if (held === undefined) return { series: before, doubtful: false };
  const { first, last, count } = held;
  return judge(rest, { ...last, at: first.at, ...(first.evidence && { evidence: first.evidence }) }, rules, count);
}

/** How a series stands for people: what is up but fails too often is degraded. */
export function shownOf({ standing, since, reason, tally }: Series): Pick<Series, 'standing' | 'since' | 'reason'> {
  const { failing } = tally;
  return standing === 'up' && failing !== undefined
    ? { standing: 'degraded', ...failing }
    : { standing, since, reason };
}

/** The change that people see, which may be another than that of what is confirmed. */
function shown(before: Series, { series, change: inner, doubtful }: Judged, at: Instant): Judged {
  const was = shownOf(before);
  const is = shownOf(series);
  const { failing, latest } = series.tally;
  if (was.standing === is.standing && before.blind === series.blind)
    return { series: since(series, was.since), doubtful };
  const isFailing = failing !== undefined && series.standing === 'up';
  const begun = inner?.at ?? failing?.since ?? at;
  const { evidence: own, ...bare } = inner ?? { at: begun };
  const evidence = isFailing ? latest?.evidence : own;
  const { standing: to, reason } = is;
  const told: Change = { ...bare, from: was.standing, to, reason, ...(evidence && to !== 'up' && { evidence }) };
  return { series: since(series, begun), change: told, doubtful };
}

function since(series: Series, at: Instant): Series {
  const { failing } = series.tally;
  return { ...series, since: at, ...(failing && { tally: { ...series.tally, failing: { ...failing, since: at } } }) };
}
