import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Instant, MINUTE } from '../../model/time.ts';
import { CLOCK_TOLERANCE_MS } from '../../runtime/clock-step.ts';
import type { Dated } from './owner.ts';

/** How soon before the clock comes to it something dated ahead is taken out: nobody is to see it. */
const BEFORE_MS = 3 * MINUTE;

/** Up to which row of each table something had been written. */
type Marks = readonly number[];

/** What was written under one setting of the clock: by how much what it dated is to be moved since. */
interface Era {
  readonly after: Marks;
  readonly to: Marks;
  step: number;
}

/** How many rows were moved to where they belong, and how many taken out because nobody knows where. */
export interface PutRight {
  readonly moved: number;
  readonly removed: number;
}

/** Puts right what was dated by a clock that was ahead. */
export interface FalseDates {
  /** What the clock says at first; nothing is ahead of it before. */
  begin(now: Instant): void;
  /** The clock was set. */
  clockSet(step: number, now: Instant): void;
  /**
   * Inside a transaction, by a clock that is believed: what this process had dated ahead is moved by as much as the clock was set back.
   * What was dated ahead before this process is let be, for the clock may be behind, until the clock comes to it; then it goes.
   */
  putRight(now: Instant): PutRight;
}

interface Table {
  readonly newest: StatementSync;
  readonly move: StatementSync;
  readonly remove: StatementSync;
  readonly first: StatementSync;
}

/** To be opened before this process writes anything. */
export function openFalseDates(db: DatabaseSync, dated: readonly Dated[]): FalseDates {
  const tables = dated.map((one) => openTable(db, one));
  const newest = (): Marks => tables.map((one) => Number(one.newest.get()?.id));
  const eras: Era[] = [];
  let marks = newest();
  let since = Number.POSITIVE_INFINITY;
  /** The first instant ahead; unknown until it was looked for. */
  let earliest = Number.NEGATIVE_INFINITY;
  return {
    begin(now) {
      since = now;
    },
    clockSet(step, at) {
      const to = newest();
      eras.push({ after: marks, to, step: 0 });
      for (const era of eras) era.step += step;
      marks = to;
      since = at;
      earliest = Number.NEGATIVE_INFINITY;
    },
    putRight(at) {
      if (at + BEFORE_MS < earliest) return { moved: 0, removed: 0 };
      const ahead = since + CLOCK_TOLERANCE_MS;
      let [moved, removed] = [0, 0];
      for (const era of eras.splice(0)) {
        if (era.step >= 0) continue;
        tables.forEach(({ move }, index) => {
          moved += Number(move.run(era.step, era.after[index] ?? 0, era.to[index] ?? 0, ahead).changes);
        });
      }
      tables.forEach(({ remove }, index) => {
        removed += Number(remove.run(marks[index] ?? 0, ahead, at + BEFORE_MS).changes);
      });
      const left = tables.map(({ first }, index) => first.get(marks[index] ?? 0, ahead)?.at);
      earliest = Math.min(...left.map((one) => (typeof one === 'number' ? one : Number.POSITIVE_INFINITY)));
      return { moved, removed };
    },
  };
}

function openTable(db: DatabaseSync, { table, at }: Dated): Table {
  return {
    newest: db.prepare(`SELECT coalesce(max(id), 0) AS id FROM ${table}`),
    move: db.prepare(`UPDATE OR REPLACE ${table} SET ${at} = ${at} + ? WHERE id > ? AND id <= ? AND ${at} > ?`),
    first: db.prepare(`SELECT min(${at}) AS at FROM ${table} WHERE id <= ? AND ${at} > ?`),
    remove: db.prepare(`DELETE FROM ${table} WHERE id <= ? AND ${at} > ? AND ${at} <= ?`),
  };
}
