import type { DatabaseSync } from 'node:sqlite';
import { openFolding } from './block-writer.ts';
import type { EachRecent } from './check-reader.ts';
import type { NotedMark } from './messages.ts';
import { type PendingChecks, pendingFrom } from './pending-checks.ts';
import { packRecent, readRecent } from './recent-checks.ts';
import type { SeriesTable } from './series-table.ts';

/** A series moves from `recent` into its block when this many checks wait there, */
const FOLD_MARKS = 64;
/** or when its oldest has waited for this many flushes. */
const FOLD_ROWS = 200;
/** What may wait in memory while the disk refuses to be written; the oldest go first. */
const WAITING_MARKS = 200_000;

/** Every check, on its way to disk: with each flush into `recent`, and from there, series by series, into blocks. */
export interface CheckStore {
  take(marks: readonly NotedMark[]): void;
  /** Writes what has come, inside a transaction; into blocks what is ripe, or all. What it answers is to be told how that ended. */
  flush(all?: boolean): FlushEnd;
  /** What is in no block yet, for readers in this thread. */
  eachRecent: EachRecent;
  /** How many checks were dropped since last asked. */
  dropped(): number;
}

export interface FlushEnd {
  committed(): void;
  rolledBack(): void;
}

export function openCheckStore(db: DatabaseSync, series: SeriesTable): CheckStore {
  const addRow = db.prepare('INSERT INTO recent (marks) VALUES (?)');
  const trim = db.prepare('DELETE FROM recent WHERE id < ?');
  const fold = openFolding(db);
  const pending = replay(db);
  let incoming: NotedMark[] = [];
  let dropped = 0;
  let trimmed = 0;

  /** Adds what has come to what is pending; the function it returns takes it back. */
  function join(ids: readonly number[], row: number): () => void {
    const before = new Map<number, number>();
    incoming.forEach((mark, index) => {
      const id = ids[index] ?? 0;
      const one = pending.get(id) ?? pendingFrom(row);
      if (one.count === 0) pending.set(id, one);
      if (!before.has(id)) before.set(id, one.count);
      one.add(mark);
    });
    return () => {
      for (const [id, count] of before) {
        if (count === 0) pending.delete(id);
        else pending.get(id)?.shrinkTo(count);
      }
    };
  }

  return {
    take(marks) {
      incoming.push(...marks);
      const excess = incoming.length - WAITING_MARKS;
      if (excess <= 0) return;
      incoming.splice(0, excess);
      dropped += excess;
    },
    flush(all = false) {
      if (incoming.length === 0 && !(all && pending.size > 0)) return { committed() {}, rolledBack() {} };
      const ids = incoming.map((mark) => series.idOf(mark.monitor, mark.vantage));
      const row = Number(addRow.run(packRecent(incoming, ids)).lastInsertRowid);
      const rolledBack = join(ids, row);
      try {
        const ripe = all ? new Map(pending) : ripeOf(pending, row);
        for (const [id, one] of ripe) fold(id, one, row);
        let oldest = row + 1;
        for (const [id, one] of pending) if (!ripe.has(id)) oldest = Math.min(oldest, one.firstRow);
        if (oldest > trimmed) trim.run(oldest);
        const committed = () => {
          incoming = [];
          for (const id of ripe.keys()) pending.delete(id);
          trimmed = oldest;
        };
        return { committed, rolledBack };
      } catch (error) {
        rolledBack();
        throw error;
      }
    },
    eachRecent(id, callback) {
      pending.get(id)?.each(({ at, verdict, latency }) => callback(at, verdict, latency));
    },
    dropped() {
      const count = dropped;
      dropped = 0;
      return count;
    },
  };
}

/** The series to fold now: a share of all at most, so that those that began together do not fold together for ever. */
function ripeOf(pending: ReadonlyMap<number, PendingChecks>, row: number): Map<number, PendingChecks> {
  const most = Math.max(50, Math.ceil(pending.size / 16));
  const ripe = new Map<number, PendingChecks>();
  for (const [id, one] of pending) {
    if (ripe.size >= most) break;
    if (one.count >= FOLD_MARKS || row - one.firstRow >= FOLD_ROWS) ripe.set(id, one);
  }
  return ripe;
}

/** What a writer before this one had not folded yet. */
function replay(db: DatabaseSync): Map<number, PendingChecks> {
  const folded = new Map<number, number>();
  for (const row of db.prepare('SELECT id, folded FROM series').all()) folded.set(Number(row.id), Number(row.folded));
  const pending = new Map<number, PendingChecks>();
  for (const row of db.prepare('SELECT id, marks FROM recent ORDER BY id').iterate()) {
    if (!(row.marks instanceof Uint8Array)) continue;
    readRecent(row.marks, (mark) => {
      if (Number(row.id) <= (folded.get(mark.series) ?? Number.POSITIVE_INFINITY)) return;
      const one = pending.get(mark.series) ?? pendingFrom(Number(row.id));
      if (one.count === 0) pending.set(mark.series, one);
      one.add(mark);
    });
  }
  return pending;
}
