import type { DatabaseSync } from 'node:sqlite';
import { type OpenBlock, openBlock } from './check-block.ts';
import type { PendingChecks } from './pending-checks.ts';

/** Moves the pending checks of a series into its block, and into new ones when that is full; `row` is the last of `recent` they are in. */
export type Fold = (series: number, pending: PendingChecks, row: number) => void;

export function openFolding(db: DatabaseSync): Fold {
  const tailOf = db.prepare(
    'SELECT b.id, b.start, b.marks FROM series s JOIN check_block b ON b.id = s.tail WHERE s.id = ?',
  );
  const add = db.prepare('INSERT INTO check_block (series, start, marks) VALUES (?, ?, ?)');
  const replace = db.prepare('UPDATE check_block SET marks = ? WHERE id = ?');
  const moveOn = db.prepare('UPDATE series SET tail = ?, folded = ? WHERE id = ?');
  return (series, pending, row) => {
    const found = tailOf.get(series);
    let tail = found === undefined ? undefined : Number(found.id);
    let block: OpenBlock | undefined;
    if (found?.marks instanceof Uint8Array) block = openBlock(Number(found.start), found.marks);
    const write = () => {
      if (block === undefined) return;
      if (tail === undefined) tail = Number(add.run(series, block.start, block.bytes()).lastInsertRowid);
      else replace.run(block.bytes(), tail);
    };
    pending.each((mark) => {
      if (block?.add(mark)) return;
      write();
      block = openBlock(mark);
      tail = undefined;
    });
    write();
    moveOn.run(tail ?? null, row, series);
  };
}
