import { LATENCY_CODES, type LatencyHistogram, quantile } from '../model/latency.ts';
import type { CheckMark, DayRecord } from '../model/ledger.ts';
import type { Reason } from '../model/reason.ts';
import type { Transition } from '../model/standing.ts';
import { DAY, dayOf, type Instant, spanInWords } from '../model/time.ts';
import { account, addAccounts, addCounts, coverageOf, type Stretch, unseenAt, uptimeOf } from '../model/timeline.ts';
import { badDays } from './day-words.ts';
import { howChecked } from './how-checked.ts';
import { latencyOf24h } from './latency-chart.ts';
import { latencyWords } from './latency-words.ts';
import type { LedgerView } from './ledger-view.ts';
import type { ChangeData, MonitorData, Stamp, TimeWords, WindowData } from './page-data.ts';
import { composeOwnSentence } from './sentence.ts';
import { standingNow, stateWord } from './standing-now.ts';
import type { Watched } from './watched.ts';
import {
  capital,
  clockTime,
  coverageWords,
  dayWords,
  failedWords,
  isoSeconds,
  listWords,
  momentWords,
  shareWords,
  tied,
} from './words.ts';

const CHANGES = 20;
const BAD_DAYS = 30;

/** What a monitor's page is made from. */
export interface MonitorSource {
  readonly watched: Watched;
  readonly days: readonly DayRecord[];
  readonly view: LedgerView;
  readonly now: Instant;
  readonly stamp: Stamp;
  readonly siteTitle: string;
  readonly publicForm: (reason: Reason) => string;
}

/** Decides every word of one monitor's page. */
export function composeMonitor(source: MonitorSource): MonitorData {
  const { watched, days, view, now } = source;
  const { monitor, title } = watched;
  const lately = view.transitions
    .of(monitor.name, now - DAYS_OF_CHANGES * DAY, now, 1000)
    .filter((one) => one.vantage === '');
  const marks = view.checks.between(monitor.name, now - DAY, now);
  const chart = latencyOf24h(marks, monitor, now);
  const windows: readonly Window[] = [
    { span: '24 hours', ...lastDay(lately, watched, marks, chart.histogram, now) },
    { span: '7 days', ...sum(days.slice(-7)) },
    { span: '90 days', ...sum(days) },
  ];
  const since = watched.now.since;
  const first = days[0]?.day ?? dayOf(now);
  return {
    siteTitle: source.siteTitle,
    stamp: source.stamp,
    line: watched.line,
    sentence: composeOwnSentence({ title, ...watched.now }, now),
    ...(since === undefined ? {} : { since: { ...momentWords(since, now), span: tied(spanInWords(now - since)) } }),
    reason: watched.now.reason,
    windows: windows.map(windowOf),
    failed: failedIn(windows),
    latency: chart.data,
    firstDay: dayStamp(first),
    middleDay: dayStamp(days[Math.floor(days.length / 2)]?.day ?? first),
    lastDay: dayStamp(days.at(-1)?.day ?? dayOf(now)),
    badDays: badDays(days, BAD_DAYS),
    changes: changesOf(lately, now, source.publicForm),
    howChecked: howChecked(monitor),
  };
}

const DAYS_OF_CHANGES = 90;

function dayStamp(day: Instant): TimeWords {
  return { iso: isoSeconds(day).slice(0, 10), words: dayWords(day) };
}

type Summary = Omit<DayRecord, 'day'>;

interface Window extends Summary {
  readonly span: string;
}

/** `Failed checks: 57 of 115 in 24 hours, 57 of 20,160 in 7 days and 60 of 259,200 in 90 days.` */
function failedIn(windows: readonly Window[]): string {
  const counted = windows.filter(({ checks }) => checks > 0).map((one) => `${failedWords(one)} in ${tied(one.span)}`);
  return counted.length === 0 ? '' : `Failed checks: ${listWords(counted)}.`;
}

function windowOf({ span, account, latency }: Window): WindowData {
  const uptime = uptimeOf(account);
  return {
    span,
    uptime: uptime === undefined ? 'no data' : shareWords(uptime),
    seen: coverageWords(coverageOf(account)),
    half: latencyWords(quantile(latency, 0.5)),
    most: latencyWords(quantile(latency, 0.99)),
  };
}

function sum(days: readonly DayRecord[]): Summary {
  const total = new Array<number>(LATENCY_CODES).fill(0);
  for (const day of days)
    for (let code = 0; code < day.latency.length; code++) total[code] = (total[code] ?? 0) + (day.latency[code] ?? 0);
  return { account: addAccounts(days.map((day) => day.account)), ...addCounts(days), latency: total };
}

/** The last 24 hours to the millisecond, from transitions and checks; day records know only whole days. */
function lastDay(
  newestFirst: readonly Transition[],
  watched: Watched,
  marks: readonly CheckMark[],
  latency: LatencyHistogram,
  now: Instant,
): Summary {
  const from = now - DAY;
  const stretches = stretchesSince(newestFirst, watched, from, now);
  const unseen = unseenAt(stretches, from, now);
  const counted = marks.filter(({ at, verdict }) => verdict !== 'unknown' && !unseen(at));
  const failed = counted.filter(({ verdict }) => verdict === 'down').length;
  return { account: account(stretches, from, now), checks: counted.length, failed, latency };
}

function stretchesSince(newestFirst: readonly Transition[], watched: Watched, from: Instant, now: Instant): Stretch[] {
  const oldestFirst = newestFirst.toReversed();
  const stretches = oldestFirst.map(({ at, to, blind }) => ({ at, standing: to, ...(blind ? { blind } : {}) }));
  const before = oldestFirst[0]?.from ?? watched.now.standing;
  const start = oldestFirst[0] === undefined ? Math.max(from, watched.now.since ?? now) : from;
  const { blind, lookedUntil } = watched.now;
  const head = { at: start, standing: before };
  const tail =
    blind === 'unwatched' && lookedUntil !== undefined && lookedUntil > (oldestFirst.at(-1)?.at ?? 0)
      ? [{ at: lookedUntil, standing: 'unknown' as const }]
      : [];
  return [...(oldestFirst[0] !== undefined && oldestFirst[0].at < from ? [] : [head]), ...stretches, ...tail];
}

function changesOf(
  newestFirst: readonly Transition[],
  now: Instant,
  publicForm: (reason: Reason) => string,
): ChangeData[] {
  return newestFirst.slice(0, CHANGES).map((one, index) => {
    const ended = index === 0 ? now : (newestFirst[index - 1]?.at ?? now);
    const stood = standingNow({ ...one, standing: one.to, since: one.at, freshUntil: now }, now, true, publicForm);
    return {
      at: { iso: isoSeconds(one.at), words: `${dayWords(one.at)}, ${clockTime(one.at)}` },
      state: one.to,
      from: capital(one.from === 'unknown' ? 'not seen' : one.from),
      words: stateWord(stood),
      span: tied(spanInWords(ended - one.at)) + (index === 0 ? ' so far' : ''),
      reason: one.blind === 'unwatched' ? '' : stood.reason,
    };
  });
}
