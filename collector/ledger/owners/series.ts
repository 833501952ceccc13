import type { Owner } from '../owner.ts';

/** The numbers under which everything else is kept. `series-table.ts` reads and makes them; `rename.ts` hands a history on. */
export const series = {
  migrations: [
    {
      version: 1,
      sql: `
        -- A monitor from one vantage; the vantage '' is the monitor as a whole.
        CREATE TABLE series (
          id      INTEGER PRIMARY KEY,
          monitor TEXT NOT NULL,
          vantage TEXT NOT NULL,
          tail    INTEGER,                    -- the check_block that is being filled
          folded  INTEGER NOT NULL DEFAULT 0, -- rows of recent up to this one are in check_block already
          rolled  INTEGER,                    -- days before this one are in day_block (only where vantage is '')
          UNIQUE (monitor, vantage)
        );`,
    },
  ],
} satisfies Owner;
