import type { DatabaseSync } from 'node:sqlite';
import type { EachRecent } from './check-reader.ts';
import { readRecent } from './recent-checks.ts';

/** Reads the checks that are not in a block yet, from another thread or process than the writer's. */
export function openRecentReader(db: DatabaseSync): EachRecent {
  const newest = db.prepare('SELECT max(id) AS id FROM recent');
  const rows = db.prepare('SELECT id, marks FROM recent ORDER BY id');
  const folds = db.prepare('SELECT id, folded FROM series');
  let readTo = -1;
  // By series: instant, and verdict and latency code in one number; flat, for there may be a hundred thousand.
  let bySeries = new Map<number, number[]>();

  function refresh(): void {
    // Checks are folded only when new ones are written: the same newest row, the same contents.
    const last = Number(newest.get()?.id ?? 0);
    if (last === readTo) return;
    readTo = last;
    const folded = new Map(folds.all().map((row) => [Number(row.id), Number(row.folded)]));
    bySeries = new Map();
    for (const { id, marks } of rows.iterate()) {
      if (!(marks instanceof Uint8Array)) continue;
      readRecent(marks, (mark) => {
        if (Number(id) <= (folded.get(mark.series) ?? Number.POSITIVE_INFINITY)) return;
        const found = bySeries.get(mark.series) ?? [];
        found.push(mark.at, (mark.verdict << 8) | mark.latency);
        if (found.length === 2) bySeries.set(mark.series, found);
      });
    }
  }

  return (series, callback) => {
    refresh();
    const found = bySeries.get(series) ?? [];
    for (let index = 0; index < found.length; index += 2) {
      const packed = found[index + 1] ?? 0;
      callback(found[index] ?? 0, packed >> 8, packed & 0xff);
    }
  };
}
