import type { DatabaseSync } from 'node:sqlite';
import { type Buffer, openBuffer } from './buffer.ts';
import { type ClockKeeping, type Clocks, openClockKeeping } from './clock-keeping.ts';
import type { Kind, Notes, Request, Requests } from './messages.ts';
import { eachQuestion, type Owners, opening, type Writing } from './owner.ts';
import { watchPlace } from './place.ts';
import { renameMonitor } from './rename.ts';
import { openSeriesTable } from './series-table.ts';
import { openSparePages } from './spare-pages.ts';
import { transaction } from './transaction.ts';

/** Does what the thread is asked, one request at a time. */
export interface Answers {
  take(notes: Notes): void;
  /** To be told of a request when it comes, which may be before it is answered. */
  arrived(request: Request): void;
  /** Whether it is to be answered inside a transaction, which it may share, and one fsync, with others. The rest have their own. */
  isWrite(request: Request): boolean;
  answer(request: Request): unknown;
  /** To be called before what was written is acknowledged: throws `LedgerGone` when the file is no longer in its place. */
  stillThere(): void;
  /** Forgets what a transaction that was rolled back had taught. */
  undone(): void;
}

export function openAnswers(db: DatabaseSync, owners: Owners, begun?: Clocks): Answers {
  const series = openSeriesTable(db);
  const buffer = openBuffer(db, series);
  const writing: Writing = {
    db,
    series,
    eachRecent: buffer.checks.eachRecent,
    noted: buffer.stands,
    lastWritten: () => buffer.lastWritten,
    supersede: buffer.supersede,
  };
  const questions = eachQuestion(owners, ['reads', 'writes'], (owner, question, part) => ({
    isWrite: part === 'writes',
    answer: opening(owners[owner]?.[part]?.[question], writing),
    arrived: opening(owners[owner]?.arrivals?.[question], writing),
  }));
  const stillThere = watchPlace(db);
  const keepToClock = openClockKeeping(writing, Object.values(owners), begun);
  const control = openControl({ buffer, keepToClock, stillThere }, owners, writing);
  const find = (request: Request) =>
    request.kind === 'ask' ? questions[request.owner]?.[request.question] : undefined;
  return {
    take: buffer.take,
    arrived: (request) => {
      if (request.kind === 'ask') find(request)?.arrived(...request.args);
    },
    isWrite: (request) => find(request)?.isWrite === true,
    answer(request) {
      if (request.kind !== 'ask') return (control[request.kind] as (request: Request) => unknown)(request);
      const question = find(request);
      if (question === undefined) throw new Error(`nobody answers ${request.owner}.${request.question}`);
      return question.answer(...request.args);
    },
    stillThere,
    undone: series.forget,
  };
}

type Control = { [K in Exclude<Kind, 'ask'>]: (request: Request<K>) => Requests[K]['answer'] };

interface Whole {
  readonly buffer: Buffer;
  readonly keepToClock: ClockKeeping;
  readonly stillThere: () => void;
}

/** What concerns the ledger as a whole. */
function openControl({ buffer, keepToClock, stillThere }: Whole, owners: Owners, writing: Writing): Control {
  const { db, series } = writing;
  const tidying = Object.values(owners).flatMap(({ tidy }) => (tidy === undefined ? [] : [tidy(writing)]));
  const giveBackPages = openSparePages(db);
  return {
    rename({ from, to }) {
      buffer.write(buffer.lastWritten);
      const done = transaction(db, () => renameMonitor(db, buffer.checks.eachRecent, from, to), series.forget);
      series.forget();
      return done;
    },
    flush({ now, steady }) {
      const { settled, said } = keepToClock(now, steady, (fold) => buffer.write(now, fold));
      const tidyAll = () => {
        for (const tidy of tidying) tidy(now);
        giveBackPages();
      };
      if (settled) transaction(db, tidyAll, series.forget);
      stillThere();
      return { dropped: buffer.checks.dropped(), said };
    },
    close({ now }) {
      buffer.write(now);
      db.exec('PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
      return undefined;
    },
  };
}
