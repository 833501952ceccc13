import type { DatabaseSync } from 'node:sqlite';
import type { DayRecord } from '../../model/ledger.ts';
import { DAY, dayOf, HOUR, type Instant } from '../../model/time.ts';
import { account, unseenAt } from '../../model/timeline.ts';
import { openCheckReader } from './check-reader.ts';
import { dayBlockOf, packDays, readDays } from './day-block.ts';
import type { Writing } from './owner.ts';
import { CHECKS_KEPT_MS } from './owners/checks.ts';
import { openTimeline } from './timeline.ts';

/** Days booked in one go, over all monitors, so that nobody waits long for the thread. */
const DAYS_AT_ONCE = 200;
/** How far back books are ever begun: a box whose clock stood at 1970 has no half century of days. */
const REACH_MS = 400 * DAY;

/** Closes some of the days that have been over for an hour: their accounts and histograms stand for ever. Inside a transaction. */
export function openDayBooks(writing: Writing): (now: Instant) => void {
  const { db } = writing;
  const sql = {
    complete: db.prepare("INSERT OR IGNORE INTO series (monitor, vantage) SELECT DISTINCT monitor, '' FROM series"),
    open: db.prepare(`SELECT id, monitor, rolled FROM series
      WHERE vantage = '' AND (rolled IS NULL OR rolled < ?1 OR rolled > ?1) LIMIT ${DAYS_AT_ONCE}`),
    closed: db.prepare('UPDATE series SET rolled = ? WHERE id = ?'),
  };
  const beginning = openBeginning(db);
  const checks = openCheckReader(writing);
  const timeline = openTimeline(db);
  const changePages = openPages(db);
  let closedTo = 0;

  return (now) => {
    const end = dayOf(now - HOUR);
    if (end === closedTo) return;
    sql.complete.run();
    let left = DAYS_AT_ONCE;
    for (const row of sql.open.all(end)) {
      const series = { id: Number(row.id), monitor: String(row.monitor), rolled: row.rolled as number | null };
      const from = beginning(series, end);
      const to = Math.min(end, from + left * DAY);
      const stretches = timeline(series.id, from, end, now);
      changePages(series.id, from, to, (day) => ({
        day,
        account: account(stretches, day, day + DAY),
        ...checks.tally(series.monitor, day, day + DAY, unseenAt(stretches, day, day + DAY)),
      }));
      sql.closed.run(to, series.id);
      left -= Math.max(0, (to - from) / DAY);
      if (left === 0) return;
    }
    if (sql.open.get(end) === undefined) closedTo = end;
  };
}

/** Reckons closed days anew, from the one that holds `at`: a transition was learned late. Inside a transaction. */
export function openDayCorrections(writing: Writing): (monitor: string, at: Instant, now: Instant) => void {
  const { db } = writing;
  const checks = openCheckReader(writing);
  const find = db.prepare("SELECT id, rolled FROM series WHERE monitor = ? AND vantage = ''");
  const timeline = openTimeline(db);
  const changePages = openPages(db);
  return (monitor, at, now) => {
    const series = find.get(monitor);
    const from = dayOf(at);
    const rolled = Number(series?.rolled ?? 0);
    if (from >= rolled) return;
    const id = Number(series?.id);
    const stretches = timeline(id, from, rolled, now);
    changePages(id, Math.max(from, rolled - REACH_MS), rolled, (day, booked) => {
      const old = booked ?? NOTHING;
      // What is no longer kept, or only in part, is not counted again.
      const kept = day >= now - CHECKS_KEPT_MS;
      const counted = kept ? checks.tally(monitor, day, day + DAY, unseenAt(stretches, day, day + DAY)) : old;
      return { ...counted, day, account: account(stretches, day, day + DAY), latency: old.latency };
    });
  };
}

const NOTHING = { latency: [], checks: 0, failed: 0 };

interface BookedSeries {
  readonly id: number;
  readonly monitor: string;
  readonly rolled: Instant | null;
}

/** Where the books of a monitor go on. Books that run ahead of the clock were closed under a wrong one. */
function openBeginning(db: DatabaseSync): (series: BookedSeries, end: Instant) => Instant {
  const firstTransition = db.prepare('SELECT min(at) AS at FROM transition WHERE series = ?');
  const firstCheck =
    db.prepare(`SELECT min(first) AS at FROM (SELECT (SELECT min(start) FROM check_block WHERE series = s.id) AS first
      FROM series s WHERE monitor = ?)`);
  return ({ id, monitor, rolled }, end) => {
    if (rolled !== null && rolled <= end) return rolled;
    if (rolled !== null) return end - CHECKS_KEPT_MS;
    const known = [firstTransition.get(id)?.at, firstCheck.get(monitor)?.at];
    const first = Math.min(end, ...known.filter((at) => typeof at === 'number'));
    return Math.max(dayOf(first), end - REACH_MS);
  };
}

type Change = (day: Instant, old: DayRecord | undefined) => DayRecord;

/** Changes the days of `[from, to)` inside their blocks. A day of which nothing is known takes no room. */
function openPages(db: DatabaseSync): (series: number, from: Instant, to: Instant, change: Change) => void {
  const get = db.prepare('SELECT days FROM day_block WHERE series = ? AND start = ?');
  const set = db.prepare('INSERT INTO day_block VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET days = excluded.days');
  return (series, from, to, change) => {
    for (let day = from; day < to; ) {
      const start = dayBlockOf(day);
      const bytes = get.get(series, start)?.days;
      const days = new Map(bytes instanceof Uint8Array ? readDays(start, bytes).map((one) => [one.day, one]) : []);
      for (; day < to && dayBlockOf(day) === start; day += DAY) {
        const record = change(day, days.get(day));
        if (record.account.unknown < DAY || record.checks > 0 || record.latency.some((count) => count > 0))
          days.set(day, record);
        else days.delete(day);
      }
      if (days.size > 0 || bytes !== undefined) set.run(series, start, packDays(start, days.values()));
    }
  };
}
