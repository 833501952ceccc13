import type { Evidence } from '../../model/finding.ts';
import type { Confirmation } from '../../model/monitor.ts';
import type { Reason } from '../../model/reason.ts';
import type { Standing } from '../../model/standing.ts';
import { HOUR, type Instant } from '../../model/time.ts';
import { type Judged, LEVELS, type Level, type Run, SEEN, type Seeing, type Seen, type Series } from './series.ts';

/** It is flapping from this many changes in an hour on, and until there are fewer than half of them. */
const FLAPPING_CHANGES = 6;

/**
 * Draws the conclusion from one more finding. A worse standing needs `confirm.bad` findings in a row that are at least
 * that bad, a better one `confirm.good` that are at most that bad, and begins at the first of them. What cannot be seen
 * is unknown at once; what is seen again as it was before is believed at once. `times` is how many alike it stands for.
 */
export function confirmed(before: Series, seeing: Seeing, confirm: Confirmation, times = 1): Judged {
  if (seeing.verdict === 'unknown') return blindfold(before, seeing);
  const level = LEVELS[seeing.verdict];
  const { held: _, ...rest } = calmed(before, seeing.at);
  const series: Series = { ...rest, ...countRuns(before, seeing, level, times) };
  const to = conclusion(series, level, confirm);
  if (to === undefined) {
    const asBefore = before.standing === seeing.verdict;
    return { series: asBefore ? { ...series, reason: seeing.reason } : series, doubtful: !asBefore };
  }
  const runs = LEVELS[to] > levelOf(series.settled) ? series.worse : series.better;
  const run = to === series.settled ? undefined : runs[LEVELS[to]];
  const began = { ...seeing, at: run?.first ?? seeing.at, ...evidenceOf(run, seeing) };
  return change(series, to, began, level !== LEVELS[to]);
}

/** Nobody looked after `at`: the last finding no longer counts. */
export function lapse(before: Series, at: Instant, reason: Reason): Judged {
  return blindfold(before, { at, verdict: 'unknown', reason, blind: 'unwatched' });
}

/** What cannot be seen: unknown at once. */
export function blindfold(before: Series, seeing: Seeing): Judged {
  const { held, ...rest } = before;
  const cleared: Series = { ...rest, worse: {}, better: {} };
  const blind = seeing.blind ?? 'unable';
  if (before.standing === 'unknown' && before.blind === blind)
    return { series: { ...cleared, reason: seeing.reason }, doubtful: false };
  const at = held && (blind === 'unreachable' || blind === 'offline') ? held.first.at : seeing.at;
  return change(cleared, 'unknown', { ...seeing, at, blind }, false);
}

/** The standing that enough findings in a row now call for; undefined when it stays as it is. */
function conclusion(series: Series, level: Level, confirm: Confirmation): Seen | undefined {
  const blindNow = series.standing === 'unknown';
  const settled = series.settled;
  if (blindNow && (settled === undefined ? level === 0 : level === LEVELS[settled])) return SEEN[level];
  const current = levelOf(settled);
  for (const worse of [2, 1] as const) {
    if (worse > current && (series.worse[worse]?.count ?? 0) >= confirm.bad) return SEEN[worse];
  }
  for (const better of [0, 1] as const) {
    if (better < current && (series.better[better]?.count ?? 0) >= confirm.good) return SEEN[better];
  }
  return undefined;
}

function levelOf(settled: Seen | undefined): Level {
  return settled === undefined ? 0 : LEVELS[settled];
}

/** Flapping ends when few of its changes are younger than an hour. */
function calmed(series: Series, at: Instant): Series {
  if (!series.flapping) return series;
  const changes = series.changes.filter((one) => one > at - HOUR);
  return { ...series, changes, flapping: changes.length >= FLAPPING_CHANGES / 2 };
}

function countRuns(before: Series, seeing: Seeing, level: Level, times: number): Pick<Series, 'worse' | 'better'> {
  const counted = (run: Run | undefined): Run => ({
    count: (run?.count ?? 0) + times,
    first: run?.first ?? seeing.at,
    ...evidenceOf(run, seeing),
  });
  return {
    worse: {
      ...(level >= 1 && { 1: counted(before.worse[1]) }),
      ...(level >= 2 && { 2: counted(before.worse[2]) }),
    },
    better: {
      ...(level <= 0 && { 0: counted(before.better[0]) }),
      ...(level <= 1 && { 1: counted(before.better[1]) }),
    },
  };
}

/** The evidence of the first finding of a run: what is rare may not be seen a second time. */
function evidenceOf(run: Run | undefined, seeing: Seeing): { evidence?: Evidence } {
  const evidence = run?.evidence ?? seeing.evidence;
  return evidence ? { evidence } : {};
}

/** Another standing, from `seeing.at` on. */
export function change(series: Series, to: Standing, seeing: Seeing, doubtful: boolean): Judged {
  // A history cannot run backwards: after the wall clock was set back, a change begins where the last one did.
  const at = Math.max(seeing.at, series.since);
  const seen = to === 'unknown' ? undefined : to;
  const changed = seen !== undefined && series.settled !== undefined && seen !== series.settled;
  const recent = series.changes.filter((one) => one > at - HOUR);
  const changes = changed ? [...recent, at] : recent;
  const flapping = changes.length >= (series.flapping ? FLAPPING_CHANGES / 2 : FLAPPING_CHANGES);
  const { blind: _, ...rest } = series;
  return {
    series: {
      ...rest,
      standing: to,
      since: at,
      reason: seeing.reason,
      ...(to === 'unknown' && seeing.blind && { blind: seeing.blind }),
      ...(seen && { settled: seen }),
      changes,
      flapping,
    },
    change: {
      at,
      from: series.standing,
      to,
      reason: seeing.reason,
      ...(to === 'unknown' && seeing.blind && { blind: seeing.blind }),
      ...(flapping && { flapping }),
      ...(seeing.evidence && to !== 'up' && { evidence: seeing.evidence }),
    },
    doubtful,
  };
}
