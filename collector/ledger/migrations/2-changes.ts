import type { Migration } from './migration.ts';

/** What was altered, beside what was concluded. */
export const changes: Migration = {
  version: 2,
  sql: `
    -- The same change seen twice, as from a log read again, is one row.
    CREATE TABLE change (
      id     INTEGER PRIMARY KEY,
      at     INTEGER NOT NULL,
      kind   TEXT NOT NULL,
      what   TEXT NOT NULL,
      "from" TEXT NOT NULL,
      "to"   TEXT NOT NULL,
      detail TEXT,
      UNIQUE (at, kind, what, "from", "to")
    );
  `,
};
