import { quantile } from '../model/latency.ts';
import type { DayRecord } from '../model/ledger.ts';
import type { SiteMonitor, SiteSpec, StatusDocument } from '../model/page.ts';
import type { Stand } from '../model/standing.ts';
import { DAY, dayOf, type Instant } from '../model/time.ts';
import { addAccounts, addCounts, type CheckCount, coverageOf, uptimeOf } from '../model/timeline.ts';
import { composeMonitor } from './compose-monitor.ts';
import { daysInWords, sharesOf } from './day-words.ts';
import type { LedgerView } from './ledger-view.ts';
import type { GroupData, IndexData, LineData, MonitorPage, Stamp } from './page-data.ts';
import { publicReasons } from './public-reason.ts';
import { composeSentence } from './sentence.ts';
import { reasonWords, type StandingNow, standingNow, stateOf, stateWord, worstOf } from './standing-now.ts';
import { everyPage, type History, type Turn } from './turns.ts';
import type { Watched } from './watched.ts';
import { clockTime, coverageWords, dateWords, failedWords, isoSeconds, oneLine, shareWords } from './words.ts';

/** How many days the bars show, today included. */
export const DAYS = 90;

/**
 * Decides every word of the site from the ledger at `now`; the index is to be true until `until`. Gives the monitors' pages one by one,
 * so that only one is in memory, and at the end the index; `turn` says which pages stay as they are.
 */
export function* composeSite(
  spec: SiteSpec,
  view: LedgerView,
  now: Instant,
  until: Instant,
  turn: Turn = everyPage(until),
): Generator<MonitorPage, IndexData> {
  const publicForm = publicReasons(spec, now);
  const stands = new Map(
    view.standings.current().flatMap((one): [string, Stand][] => (one.vantage === '' ? [[one.monitor, one]] : [])),
  );
  const title = oneLine(spec.title);
  const watched: Watched[] = [];
  for (const monitor of spec.monitors) {
    const { name, slug } = monitor;
    const standing = (history: History) => standingNow(stands.get(name), now, history.uptime !== undefined, publicForm);
    const recalled = turn.recall(name, standing);
    const days = recalled ? [] : (view.days.of([name], DAYS, now).get(name) ?? unseenDays(now));
    const history = recalled ?? historyOf(monitor, days);
    const one = watch(monitor, standing(history), history, now);
    watched.push(one);
    if (recalled) yield { slug };
    else {
      turn.keep(name, one.now, history);
      const stamp = stampOf(now, turn.pageUntil);
      yield { slug, page: composeMonitor({ watched: one, days, view, now, stamp, siteTitle: title, publicForm }) };
    }
  }
  return indexOf(title, watched, now, until);
}

function indexOf(title: string, watched: readonly Watched[], now: Instant, until: Instant): IndexData {
  return {
    title,
    stamp: stampOf(now, until),
    state: worstOf(watched.map((one) => one.now.standing)),
    sentence: composeSentence(
      watched.map((one) => ({ title: one.title, ...one.now })),
      now,
    ),
    groups: groupsOf(watched),
    status: statusOf(watched, now, until),
  };
}

function unseenDays(now: Instant): DayRecord[] {
  const blank = { ...addAccounts([]), unknown: DAY };
  return Array.from({ length: DAYS }, (_, index) => ({
    day: dayOf(now) - (DAYS - 1 - index) * DAY,
    account: blank,
    latency: [],
    checks: 0,
    failed: 0,
  }));
}

function historyOf(monitor: SiteMonitor, days: readonly DayRecord[]): History {
  const sum = addAccounts(days.map((day) => day.account));
  return {
    days: days.map((day) => sharesOf(day.account)),
    daysInWords: daysInWords(days),
    uptime: uptimeOf(sum),
    coverage: coverageOf(sum),
    count: addCounts(days),
    usualMs: monitor.traits.latencyIsRunTime ? undefined : usualOf(days),
  };
}

function watch(monitor: SiteMonitor, now: StandingNow, history: History, at: Instant): Watched {
  const { uptime, coverage, days, count } = history;
  const title = oneLine(monitor.title) || monitor.name;
  const line: LineData = {
    slug: monitor.slug,
    title,
    state: stateOf(now),
    stateWord: stateWord(now),
    reason: reasonWords(now, at, history.usualMs),
    uptime: uptime === undefined ? 'no data' : shareWords(uptime),
    seen: coverageWords(coverage),
    failed: isTelling(count) ? `${failedWords(count)} checks failed` : '',
    days,
    daysInWords: history.daysInWords,
  };
  return { monitor, title, now, line, uptime, coverage, count };
}

/** On the index only what is more than a slip now and then. */
function isTelling({ checks, failed }: CheckCount): boolean {
  return failed > 0 && failed >= checks / 100;
}

/** Today's median, or yesterday's while today is young. */
function usualOf(days: readonly DayRecord[]): number | undefined {
  const median = (day: DayRecord | undefined) => quantile(day?.latency ?? [], 0.5);
  return median(days.at(-1)) ?? median(days.at(-2));
}

function groupsOf(watched: readonly Watched[]): GroupData[] {
  const groups = new Map<string, LineData[]>();
  for (const one of watched) {
    const title = oneLine(one.monitor.group) || 'Monitors';
    groups.set(title, [...(groups.get(title) ?? []), one.line]);
  }
  return [...groups].map(([title, lines], index) => ({ number: index + 1, title, lines }));
}

function statusOf(watched: readonly Watched[], now: Instant, until: Instant): StatusDocument {
  return {
    made: isoSeconds(now),
    until: isoSeconds(until),
    standing: worstOf(watched.map((one) => one.now.standing)),
    monitors: watched.map((one) => ({
      name: one.monitor.name,
      title: one.title,
      group: oneLine(one.monitor.group),
      standing: one.now.standing,
      since: isoSeconds(one.now.since ?? now),
      reason: one.now.reason,
      uptime: one.uptime === undefined ? null : floorShare(one.uptime),
      coverage: floorShare(one.coverage),
      ...one.count,
    })),
  };
}

function floorShare(share: number): number {
  return Math.floor(share * 1e6) / 1e6;
}

function stampOf(now: Instant, until: Instant): Stamp {
  const sameMinute = clockTime(now) === clockTime(until);
  const words = (at: Instant) => (sameMinute ? new Date(at).toISOString().slice(11, 19) : clockTime(at));
  return {
    made: { iso: isoSeconds(now), words: words(now) },
    until: { iso: isoSeconds(until), words: words(until) },
    date: dateWords(until),
    refreshSeconds: Math.max(10, Math.ceil((until - now) / 3000)),
  };
}
