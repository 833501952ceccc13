import type { DatabaseSync } from 'node:sqlite';
import type { DayRecord } from '../../model/ledger.ts';
import { DAY, dayOf, type Instant } from '../../model/time.ts';
import { account } from '../../model/timeline.ts';
import { openTimeline } from './timeline.ts';
import type { CheckReader } from './view-checks.ts';

export type DayReader = (monitors: readonly string[], count: number, now: Instant) => Map<string, DayRecord[]>;

export function openDayReader(db: DatabaseSync, checks: CheckReader): DayReader {
  const own = db.prepare("SELECT id FROM series WHERE monitor = ? AND vantage = ''");
  const timeline = openTimeline(db);
  return (monitors, count, now) => {
    const first = dayOf(now) - (count - 1) * DAY;
    const found = new Map<string, DayRecord[]>();
    for (const monitor of monitors) {
      const id = own.get(monitor)?.id;
      const stretches = id === undefined ? [] : timeline(Number(id), first, now, now);
      const days: DayRecord[] = [];
      for (let day = first; day < now; day += DAY) {
        const end = Math.min(day + DAY, now);
        const latency: number[] = new Array(256).fill(0);
        checks.each(monitor, day, end, undefined, (_at, _verdict, code) => {
          latency[code] = (latency[code] ?? 0) + 1;
        });
        latency[0] = 0;
        days.push({ day, account: account(stretches, day, end), latency });
      }
      found.set(monitor, days);
    }
    return found;
  };
}
