import type { CheckMark } from '../../../model/ledger.ts';
import { DAY, type Instant } from '../../../model/time.ts';
import { BLOCK_SPAN_MS } from '../check-block.ts';
import { openCheckReader } from '../check-reader.ts';
import type { Owner, Reading, Writing } from '../owner.ts';

/** Every check is kept for twelve weeks. */
export const CHECKS_KEPT_MS = 84 * DAY;
/** Series looked at in one go. */
const SERIES_AT_ONCE = 50;

/** Every check of the last weeks. They are noted, and written by `check-store.ts`. */
export const checks = {
  migrations: [
    {
      version: 1,
      sql: `
        -- Each flush adds one row with the checks of all series (recent-checks.ts). AUTOINCREMENT: series.folded counts on
        -- numbers that never come again.
        CREATE TABLE recent (
          id    INTEGER PRIMARY KEY AUTOINCREMENT,
          marks BLOB NOT NULL
        );

        -- One row fills one page (check-block.ts).
        CREATE TABLE check_block (
          id     INTEGER PRIMARY KEY,
          series INTEGER NOT NULL REFERENCES series (id),
          start  INTEGER NOT NULL,
          marks  BLOB NOT NULL
        );
        CREATE INDEX check_block_by_time ON check_block (series, start);`,
    },
  ],
  dated: { table: 'check_block', at: 'start' },
  reads: {
    /** Every check kept of a monitor in `[from, to)`, from all its vantages or one, in order of time. */
    between(reading: Reading): (monitor: string, from: Instant, to: Instant, vantage?: string) => CheckMark[] {
      return openCheckReader(reading).marks;
    },
  },
  tidy({ db }: Writing) {
    const next = db.prepare(`SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ${SERIES_AT_ONCE}`);
    const prune = db.prepare('DELETE FROM check_block WHERE series = ? AND start < ?');
    let reached = 0;
    return (now: Instant): void => {
      const ids = next.all(reached).map((row) => Number(row.id));
      for (const id of ids) prune.run(id, now - CHECKS_KEPT_MS - BLOCK_SPAN_MS);
      reached = ids.length < SERIES_AT_ONCE ? 0 : (ids.at(-1) ?? 0);
    };
  },
} satisfies Owner;
