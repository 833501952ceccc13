import type { SQLOutputValue } from 'node:sqlite';
import { CHANGE_KINDS, type Change, type ChangeKind } from '../../../model/change.ts';
import { type ChangeGroup, groupChanges, mostTelling } from '../../../model/change-groups.ts';
import { DAY, type Instant } from '../../../model/time.ts';
import type { Owner, Reading, Writing } from '../owner.ts';

/** What is kept of a change, in characters. */
const LONGEST_WHAT = 200;
const LONGEST_DETAIL = 10_000;
/** What was altered is kept for two years. */
export const CHANGES_KEPT_MS = 730 * DAY;
/** Changes deleted in one go. */
const DELETED_AT_ONCE = 500;
/** Changes looked at to find the most telling: all that one look of an exporter may tell, as of an upgrade to the next release. */
const LOOKED_AT = 20_000;
const TOLD = 10;

/** What was altered on the machine, beside what was concluded. */
export const changes = {
  migrations: [
    {
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
        );`,
    },
    {
      version: 5,
      sql: `
        -- Until now there was this machine alone. The same change on two machines is two.
        CREATE TABLE change_of_machine (
          id      INTEGER PRIMARY KEY,
          machine TEXT NOT NULL,
          at      INTEGER NOT NULL,
          kind    TEXT NOT NULL,
          what    TEXT NOT NULL,
          "from"  TEXT NOT NULL,
          "to"    TEXT NOT NULL,
          detail  TEXT,
          UNIQUE (at, kind, what, "from", "to", machine)
        );
        INSERT INTO change_of_machine SELECT id, this_machine(), at, kind, what, "from", "to", detail FROM change;
        DROP TABLE change;
        ALTER TABLE change_of_machine RENAME TO change;`,
    },
  ],
  dated: { table: 'change', at: 'at' },
  reads: {
    /** What was altered in `[from, to)`, newest first; of these kinds alone, where some are named. */
    between: openBetween,
    /**
     * What was altered in the `spanMs` up to and with `at` (a day), as one tells it to somebody who asks why something broke: what one
     * act did is one group, and of these the `limit` (ten) most telling, newest first. Of more than 20,000 changes it sees the latest.
     */
    before(reading: Reading) {
      const read = openBetween(reading);
      return (at: Instant, spanMs = DAY, limit = TOLD): ChangeGroup[] =>
        mostTelling(groupChanges(read(at - spanMs, at + 1, LOOKED_AT)), limit);
    },
    /** What is known to have happened last to one thing, up to and with `now`; undefined when nothing is. */
    last({ db }: Reading) {
      const read = db.prepare(
        'SELECT * FROM change WHERE kind = ? AND what = ? AND at <= ? ORDER BY at DESC, id DESC LIMIT 1',
      );
      return (kind: ChangeKind, what: string, now: Instant): Change | undefined => {
        const row = read.get(kind, what, now);
        return row && changeOf(row);
      };
    },
  },
  writes: {
    /** Keeps changes; one that is kept already is left as it is. */
    add({ db }: Writing) {
      const insert = db.prepare(
        'INSERT OR IGNORE INTO change (machine, at, kind, what, "from", "to", detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
      );
      return (found: readonly Change[]): void => {
        for (const { machine = '', at, kind, what, from = '', to = '', detail } of found)
          insert.run(
            machine.slice(0, LONGEST_WHAT),
            Math.round(at),
            kind,
            what.slice(0, LONGEST_WHAT),
            from.slice(0, LONGEST_WHAT),
            to.slice(0, LONGEST_WHAT),
            detail?.slice(0, LONGEST_DETAIL) ?? null,
          );
      };
    },
  },
  tidy({ db }: Writing) {
    const forget = db.prepare(
      `DELETE FROM change WHERE id IN (SELECT id FROM change WHERE at < ? ORDER BY at LIMIT ${DELETED_AT_ONCE})`,
    );
    return (now: Instant): void => {
      forget.run(now - CHANGES_KEPT_MS);
    };
  },
} satisfies Owner;

function openBetween({ db }: Reading) {
  const read = db.prepare(`SELECT * FROM change WHERE at >= ? AND at < ? AND kind IN (SELECT value FROM json_each(?))
    ORDER BY at DESC, id DESC LIMIT ?`);
  return (from: Instant, to: Instant, limit: number, kinds: readonly ChangeKind[] = CHANGE_KINDS): Change[] =>
    read.all(from, to, JSON.stringify(kinds), limit).map(changeOf);
}

function changeOf(row: Record<string, SQLOutputValue>): Change {
  const { machine, at, kind, what, from, to, detail } = row;
  return {
    at: Number(at),
    kind: String(kind) as ChangeKind,
    what: String(what),
    ...(from !== '' && { from: String(from) }),
    ...(to !== '' && { to: String(to) }),
    ...(detail !== null && { detail: String(detail) }),
    ...(machine !== '' && { machine: String(machine) }),
  };
}
