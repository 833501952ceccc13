import type { DatabaseSync } from 'node:sqlite';
import type { LedgerView } from '../../model/ledger.ts';
import { openChangeReader, openChangesBefore } from './changes.ts';
import { openCheckReader } from './check-reader.ts';
import { readStands, transitionOf } from './conclusions.ts';
import { openToRead } from './database.ts';
import { openDayReader } from './day-reader.ts';
import { openRecentReader } from './recent-reader.ts';
import { countsUntil, openFlushed } from './timeline.ts';

/** Opens the ledger to read, beside a running box or without one. Throws `LedgerRefused` when there is none, or it is damaged or of another version. */
export function openView(folder: string): LedgerView {
  const db = openToRead(folder);
  const checks = openCheckReader(db, openRecentReader(db));
  const days = openDayReader(db, checks);
  const changes = openChangeReader(db);
  const flushed = openFlushed(db);
  const transitions =
    db.prepare(`SELECT transition.*, monitor, vantage FROM series JOIN transition ON transition.series = series.id
    WHERE monitor = ? AND vantage = '' AND at >= ? AND at < ? ORDER BY at DESC, transition.id DESC LIMIT ?`);
  return {
    stands: () =>
      snapshot(db, () => {
        const last = flushed();
        return readStands(db).map((one) => ({ ...one, freshUntil: countsUntil(one.freshUntil, last) }));
      }),
    days: (monitors, count, now) =>
      snapshot(db, () => new Map(monitors.map((monitor) => [monitor, days(monitor, count, now)]))),
    checks: (monitor, from, to, vantage) => snapshot(db, () => checks.marks(monitor, from, to, vantage)),
    transitions: (monitor, from, to, limit) => transitions.all(monitor, from, to, limit).map(transitionOf),
    changes,
    changesBefore: openChangesBefore(changes),
    lastWritten: flushed,
    close: () => db.close(),
  };
}

/** Everything read inside is of one instant, also while the box writes. */
function snapshot<T>(db: DatabaseSync, act: () => T): T {
  db.exec('BEGIN');
  try {
    return act();
  } finally {
    db.exec('COMMIT');
  }
}
