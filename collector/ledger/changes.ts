import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { CHANGE_KINDS, type Change, type ChangeKind } from '../../model/change.ts';
import { groupChanges, mostTelling } from '../../model/change-groups.ts';
import type { LedgerView } from '../../model/ledger.ts';
import { DAY } from '../../model/time.ts';

/** What is kept of a change, in characters. */
const LONGEST_WHAT = 200;
const LONGEST_DETAIL = 10_000;
/** Changes looked at to find the most telling: all that one look of an exporter may tell, as of an upgrade to the next release. */
const LOOKED_AT = 20_000;
const TOLD = 10;

/** Writes changes; one that is there already is left as it is. */
export function openChangeWriter(db: DatabaseSync): (changes: readonly Change[]) => void {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO change (at, kind, what, "from", "to", detail) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return (changes) => {
    for (const { at, kind, what, from = '', to = '', detail } of changes)
      insert.run(
        Math.round(at),
        kind,
        what.slice(0, LONGEST_WHAT),
        from.slice(0, LONGEST_WHAT),
        to.slice(0, LONGEST_WHAT),
        detail?.slice(0, LONGEST_DETAIL) ?? null,
      );
  };
}

/** Reads the changes in `[from, to)`, of these kinds, newest first. */
export function openChangeReader(db: DatabaseSync): LedgerView['changes'] {
  const read = db.prepare(`SELECT * FROM change WHERE at >= ? AND at < ? AND kind IN (SELECT value FROM json_each(?))
    ORDER BY at DESC, id DESC LIMIT ?`);
  return (from, to, limit, kinds = CHANGE_KINDS) => read.all(from, to, JSON.stringify(kinds), limit).map(changeOf);
}

/** Reads the most telling of what was altered before an instant. */
export function openChangesBefore(read: LedgerView['changes']): LedgerView['changesBefore'] {
  return (at, spanMs = DAY, limit = TOLD) => mostTelling(groupChanges(read(at - spanMs, at + 1, LOOKED_AT)), limit);
}

/** Reads what is known to have happened last to one thing. */
export function openLastChange(db: DatabaseSync): (kind: ChangeKind, what: string) => Change | undefined {
  const read = db.prepare('SELECT * FROM change WHERE kind = ? AND what = ? ORDER BY at DESC, id DESC LIMIT 1');
  return (kind, what) => {
    const row = read.get(kind, what);
    return row && changeOf(row);
  };
}

function changeOf(row: Record<string, SQLOutputValue>): Change {
  const { at, kind, what, from, to, detail } = row;
  return {
    at: Number(at),
    kind: String(kind) as ChangeKind,
    what: String(what),
    ...(from !== '' && { from: String(from) }),
    ...(to !== '' && { to: String(to) }),
    ...(detail !== null && { detail: String(detail) }),
  };
}
