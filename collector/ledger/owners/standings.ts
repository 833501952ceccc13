import type { SQLOutputValue } from 'node:sqlite';
import type { Blindness, Stand, Standing, Tally } from '../../../model/standing.ts';
import { readReason, reasonsInParts, writeReason } from '../kept-reason.ts';
import type { Owner, Reading, Writing } from '../owner.ts';
import { seriesKey } from '../series-table.ts';
import { countsUntil, openFlushed } from '../timeline.ts';

/** Where everything stands now. */
export const standings = {
  migrations: [
    {
      version: 1,
      sql: `
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
        );`,
    },
    {
      version: 4,
      sql: `
        -- How often a series has failed lately, as JSON; only where it has.
        CREATE TABLE tally (
          series INTEGER PRIMARY KEY REFERENCES series (id),
          tally  TEXT NOT NULL
        );`,
    },
    {
      version: 6,
      sql: `
        ${reasonsInParts('stand')}
        -- The reasons in it are texts; it is counted anew.
        DELETE FROM tally;`,
    },
  ],
  reads: {
    /** Where everything stands by all that was kept and noted so far; at first, by the last writer, also after a crash. */
    kept({ db, noted }: Reading) {
      const read = openStands(db);
      return (): Stand[] => [
        ...new Map([...read().map((one) => [seriesKey(one.monitor, one.vantage), one] as const), ...noted]).values(),
      ];
    },
    /** Where everything stands as a reader beside the writer sees it: what was fresh at the last flush counts until the next. */
    current({ db }: Reading) {
      const read = openStands(db);
      const flushed = openFlushed(db);
      return (): Stand[] => {
        const last = flushed();
        return read().map((one) => ({ ...one, freshUntil: countsUntil(one.freshUntil, last) }));
      };
    },
  },
} satisfies Owner;

/** Writes where something stands; inside a transaction. */
export function openStandWriter({ db, series }: Pick<Writing, 'db' | 'series'>): (stand: Stand) => void {
  const set = db.prepare(`INSERT INTO stand VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET standing = excluded.standing, since = excluded.since, reason = excluded.reason, blind = excluded.blind, flapping = excluded.flapping
    WHERE (standing, since, reason, blind, flapping) IS NOT
          (excluded.standing, excluded.since, excluded.reason, excluded.blind, excluded.flapping)`);
  const setFresh = db.prepare('INSERT INTO fresh VALUES (?, ?) ON CONFLICT DO UPDATE SET until = excluded.until');
  const setTally = db.prepare('INSERT INTO tally VALUES (?, ?) ON CONFLICT DO UPDATE SET tally = excluded.tally');
  const endTally = db.prepare('DELETE FROM tally WHERE series = ?');
  return (stand) => {
    const id = series.idOf(stand.monitor, stand.vantage);
    const reason = writeReason(stand.reason);
    set.run(id, stand.standing, whole(stand.since), reason, stand.blind ?? null, stand.flapping ? 1 : 0);
    setFresh.run(id, whole(stand.freshUntil));
    if (stand.tally === undefined) endTally.run(id);
    else setTally.run(id, JSON.stringify(stand.tally));
  };
}

/** A stand is never refused: one that could not be written would hold up all that waits with it. */
function whole(at: number): number {
  if (Number.isNaN(at)) return 0;
  return Math.round(Math.min(Math.max(at, -8.64e15), 8.64e15));
}

function openStands(db: Reading['db']): () => Stand[] {
  const read = db.prepare(
    `SELECT * FROM stand JOIN fresh USING (series) LEFT JOIN tally USING (series)
      JOIN series ON series.id = stand.series ORDER BY monitor, vantage`,
  );
  return () =>
    read.all().map((row) => ({
      monitor: String(row.monitor),
      vantage: String(row.vantage),
      standing: String(row.standing) as Standing,
      since: Number(row.since),
      reason: readReason(String(row.reason)),
      ...blindnessOf(row),
      ...(row.tally === null ? {} : { tally: JSON.parse(String(row.tally)) as Tally }),
      freshUntil: Number(row.until),
    }));
}

/** What a row of `stand` or `transition` has where it is unknown, or flapping. */
export function blindnessOf(row: Record<string, SQLOutputValue>): { blind?: Blindness; flapping?: boolean } {
  return {
    ...(row.blind === null ? {} : { blind: String(row.blind) as Blindness }),
    ...(row.flapping === 1 ? { flapping: true } : {}),
  };
}
