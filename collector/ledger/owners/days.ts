import type { DayRecord } from '../../../model/ledger.ts';
import type { Instant } from '../../../model/time.ts';
import { openDayBooks } from '../day-books.ts';
import { openDayReader } from '../day-reader.ts';
import type { Owner, Reading } from '../owner.ts';

/** A summary of every UTC day of every monitor, for ever. */
export const days = {
  migrations: [
    {
      version: 1,
      sql: `
        -- Sixteen days of one monitor (day-block.ts).
        CREATE TABLE day_block (
          series INTEGER NOT NULL REFERENCES series (id),
          start  INTEGER NOT NULL,
          days   BLOB NOT NULL,
          PRIMARY KEY (series, start)
        );`,
    },
  ],
  reads: {
    /** The `count` UTC days up to and with the one that holds `now`, oldest first, by monitor; today is counted up to `now`. */
    of(reading: Reading) {
      const read = openDayReader(reading);
      return (monitors: readonly string[], count: number, now: Instant): Map<string, DayRecord[]> =>
        new Map(monitors.map((monitor) => [monitor, read(monitor, count, now)]));
    },
  },
  tidy: openDayBooks,
} satisfies Owner;
