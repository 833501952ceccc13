import type { DatabaseSync } from 'node:sqlite';
import { type RecentMark, readRecent } from './recent-checks.ts';
import type { EachMark } from './view-checks.ts';

/** Reads the checks that are not in a block yet. */
export interface RecentReader {
  /** Calls back for each check of a series in rows after `folded`, in the order they were made. */
  each(series: number, folded: number, callback: EachMark): void;
}

export function openRecentReader(db: DatabaseSync): RecentReader {
  const newest = db.prepare('SELECT max(id) AS id FROM recent');
  const rows = db.prepare('SELECT id, marks FROM recent ORDER BY id');
  let readTo = -1;
  let bySeries = new Map<number, { row: number; mark: RecentMark }[]>();

  function refresh(): void {
    const last = Number(newest.get()?.id ?? 0);
    if (last === readTo) return;
    readTo = last;
    bySeries = new Map();
    for (const row of rows.iterate()) {
      if (!(row.marks instanceof Uint8Array)) continue;
      readRecent(row.marks, (mark) => {
        const found = bySeries.get(mark.series);
        if (found === undefined) bySeries.set(mark.series, [{ row: Number(row.id), mark }]);
        else found.push({ row: Number(row.id), mark });
      });
    }
  }

  return {
    each(series, folded, callback) {
      refresh();
      for (const { row, mark } of bySeries.get(series) ?? []) {
        if (row > folded) callback(mark.at, mark.verdict, mark.latency);
      }
    },
  };
}
