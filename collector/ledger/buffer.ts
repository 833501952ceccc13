import type { DatabaseSync } from 'node:sqlite';
import type { Stand } from '../../model/standing.ts';
import type { Instant } from '../../model/time.ts';
import { type CheckStore, type FlushEnd, openCheckStore } from './check-store.ts';
import type { Notes } from './messages.ts';
import { openStandWriter } from './owners/standings.ts';
import { type SeriesTable, seriesKey } from './series-table.ts';
import { openFlushed } from './timeline.ts';
import { transaction } from './transaction.ts';

/** What was noted and waits for the next flush. */
export interface Buffer {
  readonly checks: CheckStore;
  readonly stands: ReadonlyMap<string, Stand>;
  /** When it last wrote, by the wall clock; 0 when never. */
  readonly lastWritten: Instant;
  take(notes: Notes): void;
  /** What is kept now is newer than what was noted of it before. */
  supersede(stands: readonly Stand[]): void;
  /** Writes everything, in a transaction of its own, and with `fold` all checks into their blocks; when that throws, everything waits on. */
  write(now: Instant, fold?: boolean): void;
}

export function openBuffer(db: DatabaseSync, series: SeriesTable): Buffer {
  const checks = openCheckStore(db, series);
  const setStand = openStandWriter({ db, series });
  const stands = new Map<string, Stand>();
  const setFlushed = db.prepare(
    "INSERT INTO meta VALUES ('flushed', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
  );
  let lastWritten = openFlushed(db)();
  return {
    checks,
    stands,
    get lastWritten() {
      return lastWritten;
    },
    take(notes) {
      checks.take(notes.marks);
      for (const one of notes.stands) stands.set(seriesKey(one.monitor, one.vantage), one);
    },
    supersede(kept) {
      for (const one of kept) stands.delete(seriesKey(one.monitor, one.vantage));
    },
    write(now, fold) {
      let end: FlushEnd | undefined;
      const writeAll = () => {
        for (const stand of stands.values()) setStand(stand);
        setFlushed.run(Math.round(now));
        end = checks.flush(fold);
      };
      transaction(db, writeAll, () => {
        series.forget();
        end?.rolledBack();
      });
      end?.committed();
      stands.clear();
      lastWritten = now;
    },
  };
}
