import type { Instant } from '../../../model/time.ts';
import type { Owner, Reading } from '../owner.ts';
import { openFlushed } from '../timeline.ts';

/** What the ledger knows of its own writing. */
export const flushes = {
  migrations: [
    {
      version: 1,
      sql: `
        -- 'flushed': when the writer last wrote, by the wall clock.
        CREATE TABLE meta (
          name  TEXT PRIMARY KEY,
          value ANY
        ) WITHOUT ROWID;`,
    },
  ],
  reads: {
    /** When the box last wrote, which it does every few seconds while it runs; undefined when never. */
    last({ db }: Reading) {
      const flushed = openFlushed(db);
      return (): Instant | undefined => flushed() || undefined;
    },
  },
} satisfies Owner;
