import { LATENCY_CODES, type LatencyHistogram } from '../../model/latency.ts';
import type { DayRecord } from '../../model/ledger.ts';
import { DAY, dayOf, type Instant } from '../../model/time.ts';
import { account, unseenAt } from '../../model/timeline.ts';
import { openCheckReader } from './check-reader.ts';
import { dayBlockOf, readDays } from './day-block.ts';
import type { Reading } from './owner.ts';
import { openTimeline } from './timeline.ts';

/** Reads the days of one monitor, oldest first: from the books where they are closed, else reckoned from transitions and checks. */
export type DayReader = (monitor: string, count: number, now: Instant) => DayRecord[];

export function openDayReader(reading: Reading): DayReader {
  const { db } = reading;
  const checks = openCheckReader(reading);
  const own = db.prepare("SELECT id, rolled FROM series WHERE monitor = ? AND vantage = ''");
  const blocks = db.prepare('SELECT start, days FROM day_block WHERE series = ? AND start >= ? AND start < ?');
  blocks.setReturnArrays(true);
  const timeline = openTimeline(db);

  return (monitor, count, now) => {
    const first = dayOf(now) - (count - 1) * DAY;
    const series = own.get(monitor);
    const id = Number(series?.id ?? -1);
    const open = Math.max(first, Math.min(dayOf(now), Number(series?.rolled ?? first)));
    const days: DayRecord[] = new Array((open - first) / DAY);
    const booked = blocks.all(id, dayBlockOf(first), open) as unknown as [number, Uint8Array][];
    for (const [start, bytes] of booked) {
      for (const one of readDays(start, bytes)) {
        if (one.day >= first && one.day < open) days[(one.day - first) / DAY] = one;
      }
    }
    for (let day = first; day < open; day += DAY) days[(day - first) / DAY] ??= unseen(day);
    const stretches = timeline(id, open, now, now);
    for (let day = open; day <= now; day += DAY) {
      const end = Math.min(day + DAY, now);
      const tally = checks.tally(monitor, day, end, unseenAt(stretches, day, end));
      days.push({ day, account: account(stretches, day, end), ...tally });
    }
    return days;
  };
}

function unseen(day: Instant): DayRecord {
  return { day, account: account([], day, day + DAY), latency: NONE, checks: 0, failed: 0 };
}

const NONE: LatencyHistogram = Object.freeze(new Array(LATENCY_CODES).fill(0));
