import type { Migration } from './migration.ts';

/** What the ledger began with. */
export const beginning: Migration = {
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
    );

    -- 'flushed': when the writer last wrote, by the wall clock.
    CREATE TABLE meta (
      name  TEXT PRIMARY KEY,
      value ANY
    ) WITHOUT ROWID;

    CREATE TABLE stand (
      series   INTEGER PRIMARY KEY REFERENCES series (id),
      standing TEXT NOT NULL,
      since    INTEGER NOT NULL,
      reason   TEXT NOT NULL,
      blind    TEXT,
      flapping INTEGER NOT NULL
    );

    -- Apart from the stand because it changes with every check.
    CREATE TABLE fresh (
      series INTEGER PRIMARY KEY REFERENCES series (id),
      until  INTEGER NOT NULL
    );

    CREATE TABLE transition (
      id       INTEGER PRIMARY KEY,
      series   INTEGER NOT NULL REFERENCES series (id),
      at       INTEGER NOT NULL,
      "from"   TEXT NOT NULL,
      "to"     TEXT NOT NULL,
      reason   TEXT NOT NULL,
      blind    TEXT,
      flapping INTEGER NOT NULL,
      evidence TEXT
    );
    CREATE INDEX transition_by_time ON transition (series, at);

    CREATE TABLE pulse (
      id     INTEGER PRIMARY KEY,
      series INTEGER NOT NULL REFERENCES series (id),
      at     INTEGER NOT NULL,
      signal TEXT NOT NULL,
      exit   INTEGER,
      log    TEXT
    );
    CREATE INDEX pulse_by_series ON pulse (series, signal);

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
    CREATE INDEX check_block_by_time ON check_block (series, start);

    -- Sixteen days of one monitor (day-block.ts).
    CREATE TABLE day_block (
      series INTEGER NOT NULL REFERENCES series (id),
      start  INTEGER NOT NULL,
      days   BLOB NOT NULL,
      PRIMARY KEY (series, start)
    );
  `,
};
