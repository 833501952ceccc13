import type { DatabaseSync } from 'node:sqlite';
import type { Stand } from '../../model/standing.ts';
import type { Instant } from '../../model/time.ts';
import { openCheckReader } from './check-reader.ts';
import { type FlushEnd, openCheckStore } from './check-store.ts';
import { watchClock } from './clock-trust.ts';
import { openConclusions, readPulses, readStands } from './conclusions.ts';
import { openToWrite } from './database.ts';
import { openDayBooks } from './day-books.ts';
import type { FromThread, Kind, Question, Questions, ToThread } from './messages.ts';
import { openPruning } from './pruning.ts';
import { renameMonitor } from './rename.ts';
import { openSeriesTable, seriesKey } from './series-table.ts';
import { openFlushed } from './timeline.ts';
import { inWords } from './trouble.ts';

/** The one writer of a ledger. Synchronous: it lives in a thread of its own. */
export interface Writer {
  /** Does what a batch of messages asks, as one transaction where it can, and answers every question. */
  handle(batch: readonly ToThread[]): FromThread[];
}

type Answers = { [K in Kind]: (question: Question<K>) => Questions[K]['answer'] };

export function openWriter(folder: string): Writer {
  const db = openToWrite(folder);
  const series = openSeriesTable(db);
  const checks = openCheckStore(db, series);
  const conclusions = openConclusions(db, series);
  const books = openDayBooks(db, openCheckReader(db, checks.eachRecent));
  const prune = openPruning(db);
  const trusted = watchClock();
  const setFlushed = db.prepare(
    "INSERT INTO meta VALUES ('flushed', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
  );
  const waiting = new Map<string, Stand>();
  let lastNow = openFlushed(db)();

  function write(now: Instant): void {
    let checksEnd: FlushEnd | undefined;
    try {
      transaction(db, series.forget, () => {
        for (const stand of waiting.values()) conclusions.stand(stand);
        setFlushed.run(Math.round(now));
        checksEnd = checks.flush();
      });
    } catch (error) {
      checksEnd?.rolledBack();
      throw error;
    }
    checksEnd?.committed();
    waiting.clear();
    lastNow = now;
  }

  function tidy(now: Instant): void {
    transaction(db, series.forget, () => {
      books.close(now);
      prune(now);
    });
  }

  const answers: Answers = {
    stands: () => [
      ...new Map([
        ...readStands(db).map((one) => [seriesKey(one.monitor, one.vantage), one] as const),
        ...waiting,
      ]).values(),
    ],
    pulses: () => readPulses(db),
    lastWritten: () => lastNow || undefined,
    keep({ transitions, stands }) {
      const begun = transitions.map((one) => ({ ...one, at: conclusions.transition(one) }));
      for (const one of stands) conclusions.stand(one);
      const own = Map.groupBy(begun, (one) => (one.vantage === '' ? one.monitor : undefined));
      for (const [monitor, some] of own)
        if (monitor !== undefined) books.reckonAgain(monitor, Math.min(...some.map(({ at }) => at)), lastNow);
      return undefined;
    },
    pulse({ pulse }) {
      conclusions.pulse(pulse);
      return undefined;
    },
    rename({ from, to }) {
      write(lastNow);
      const done = transaction(db, series.forget, () => renameMonitor(db, checks.eachRecent, from, to));
      series.forget();
      return done;
    },
    flush({ now, steady }) {
      write(now);
      if (trusted(now, steady)) tidy(now);
      return { dropped: checks.dropped() };
    },
    close({ now }) {
      write(now);
      db.exec('PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
      return undefined;
    },
  };
  // Group commit: what came while the disk was busy shares one transaction and one fsync.
  const grouped: readonly Kind[] = ['keep', 'pulse'];

  function answer(question: Question): FromThread {
    try {
      const act = answers[question.kind] as (question: Question) => unknown;
      const value = grouped.includes(question.kind)
        ? transaction(db, series.forget, () => act(question))
        : act(question);
      return { kind: 'answer', id: question.id, value };
    } catch (error) {
      return { kind: 'failure', id: question.id, message: inWords(error) };
    }
  }

  function answerTogether(questions: readonly Question[]): FromThread[] {
    if (questions.length < 2) return questions.map(answer);
    try {
      transaction(db, series.forget, () => {
        for (const one of questions) (answers[one.kind] as (question: Question) => unknown)(one);
      });
      return questions.map(({ id }) => ({ kind: 'answer', id, value: undefined }));
    } catch {
      // One of them is at fault, or the disk is: alone each finds out for itself.
      return questions.map(answer);
    }
  }

  return {
    handle(batch) {
      const replies: FromThread[] = [];
      let together: Question[] = [];
      const settle = () => {
        replies.push(...answerTogether(together));
        together = [];
      };
      for (const message of batch) {
        if (message.kind === 'notes') {
          checks.take(message.marks);
          for (const stand of message.stands) waiting.set(seriesKey(stand.monitor, stand.vantage), stand);
        } else if (grouped.includes(message.kind)) {
          // What is kept now is newer than what was noted before.
          if (message.kind === 'keep')
            for (const one of message.stands) waiting.delete(seriesKey(one.monitor, one.vantage));
          together.push(message);
        } else {
          settle();
          replies.push(answer(message));
        }
      }
      settle();
      return replies;
    },
  };
}

function transaction<T>(db: DatabaseSync, undone: () => void, act: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const value = act();
    db.exec('COMMIT');
    return value;
  } catch (error) {
    undone();
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
