import type { DatabaseSync } from 'node:sqlite';
import { type OpenBlock, openBlock } from './check-block.ts';
import type { EachRecent } from './check-reader.ts';
import type { NotedMark } from './messages.ts';
import { packRecent, type RecentMark, readRecent } from './recent-checks.ts';
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
  /** Writes what has come, inside a transaction. The function it returns is to be called once that is committed. */
  flush(): () => void;
  /** What is in no block yet, for readers in this thread. */
  eachRecent: EachRecent;
  /** How many checks were dropped since last asked. */
  dropped(): number;
}

interface Pending {
  firstRow: number;
  marks: RecentMark[];
}

export function openCheckStore(db: DatabaseSync, series: SeriesTable): CheckStore {
  const sql = {
    add: db.prepare('INSERT INTO recent (marks) VALUES (?)'),
    trim: db.prepare('DELETE FROM recent WHERE id < ?'),
  };
  const fold = folding(db);
  const incoming: NotedMark[] = [];
  let dropped = 0;
  let lastRow = 0;
  const pending = replay(db);
  return {
    take(marks) {
      incoming.push(...marks);
      const excess = incoming.length - WAITING_MARKS;
      if (excess <= 0) return;
      incoming.splice(0, excess);
      dropped += excess;
    },
    flush() {
      if (incoming.length === 0) return () => {};
      const count = incoming.length;
      const marks = incoming.map((mark) => ({ ...mark, series: series.idOf(mark.monitor, mark.vantage) }));
      const row = Number(sql.add.run(packRecent(marks)).lastInsertRowid);
      const joined = join(pending, marks, row);
      const ripe = ripeOf(joined, row);
      for (const id of ripe) fold(id, joined.get(id)?.marks ?? [], row);
      let oldest = row + 1;
      for (const [id, one] of joined) if (!ripe.has(id)) oldest = Math.min(oldest, one.firstRow);
      if (oldest > lastRow) sql.trim.run(oldest);
      return () => {
        incoming.splice(0, count);
        for (const [id, one] of joined) pending.set(id, one);
        for (const id of ripe) pending.delete(id);
        lastRow = oldest;
      };
    },
    eachRecent(id, callback) {
      for (const mark of pending.get(id)?.marks ?? []) callback(mark.at, mark.verdict, mark.latency);
    },
    dropped() {
      const count = dropped;
      dropped = 0;
      return count;
    },
  };
}

/** The pending checks with new ones added; what was pending stays as it is, in case the transaction fails. */
function join(pending: ReadonlyMap<number, Pending>, marks: readonly RecentMark[], row: number): Map<number, Pending> {
  const joined = new Map(pending);
  const fresh = new Set<number>();
  for (const mark of marks) {
    let one = joined.get(mark.series);
    if (one === undefined || !fresh.has(mark.series)) {
      one = { firstRow: one?.firstRow ?? row, marks: one?.marks.slice() ?? [] };
      joined.set(mark.series, one);
      fresh.add(mark.series);
    }
    one.marks.push(mark);
  }
  return joined;
}

/** The series to fold now: a share of all at most, so that those that began together do not fold together for ever. */
function ripeOf(joined: ReadonlyMap<number, Pending>, row: number): Set<number> {
  const most = Math.max(50, Math.ceil(joined.size / 16));
  const ripe = new Set<number>();
  for (const [id, one] of joined) {
    if (ripe.size >= most) break;
    if (one.marks.length >= FOLD_MARKS || row - one.firstRow >= FOLD_ROWS) ripe.add(id);
  }
  return ripe;
}

function folding(db: DatabaseSync): (id: number, marks: readonly RecentMark[], row: number) => void {
  const tailOf = db.prepare(
    'SELECT b.id, b.start, b.marks FROM series s JOIN check_block b ON b.id = s.tail WHERE s.id = ?',
  );
  const add = db.prepare('INSERT INTO check_block (series, start, marks) VALUES (?, ?, ?)');
  const replace = db.prepare('UPDATE check_block SET marks = ? WHERE id = ?');
  const moveOn = db.prepare('UPDATE series SET tail = ?, folded = ? WHERE id = ?');
  return (id, marks, row) => {
    const found = tailOf.get(id);
    let tail = found === undefined ? undefined : Number(found.id);
    let block: OpenBlock | undefined;
    if (found?.marks instanceof Uint8Array) block = openBlock(Number(found.start), found.marks);
    const write = () => {
      if (block === undefined) return;
      if (tail === undefined) tail = Number(add.run(id, block.start, block.bytes()).lastInsertRowid);
      else replace.run(block.bytes(), tail);
    };
    for (const mark of marks) {
      if (block?.add(mark)) continue;
      write();
      block = openBlock(mark);
      tail = undefined;
    }
    write();
    moveOn.run(tail ?? null, row, id);
  };
}

/** What a writer before this one had not folded yet. */
function replay(db: DatabaseSync): Map<number, Pending> {
  const folded = new Map<number, number>();
  for (const row of db.prepare('SELECT id, folded FROM series').all()) folded.set(Number(row.id), Number(row.folded));
  const pending = new Map<number, Pending>();
  for (const row of db.prepare('SELECT id, marks FROM recent ORDER BY id').iterate()) {
    if (!(row.marks instanceof Uint8Array)) continue;
    readRecent(row.marks, (mark) => {
      if (Number(row.id) <= (folded.get(mark.series) ?? Number.POSITIVE_INFINITY)) return;
      const one = pending.get(mark.series) ?? { firstRow: Number(row.id), marks: [] };
      one.marks.push(mark);
      pending.set(mark.series, one);
    });
  }
  return pending;
}
