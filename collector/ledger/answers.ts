import type { DatabaseSync } from 'node:sqlite';
import type { Stand, Transition } from '../../model/standing.ts';
import type { Instant } from '../../model/time.ts';
import { openBuffer } from './buffer.ts';
import { openChangeWriter, openLastChange } from './changes.ts';
import { openCheckReader } from './check-reader.ts';
import { watchClock } from './clock-trust.ts';
import { type Conclusions, openConclusions, readPulses, readStands } from './conclusions.ts';
import { type DayBooks, openDayBooks } from './day-books.ts';
import type { Kind, Notes, Question, Questions } from './messages.ts';
import { watchPlace } from './place.ts';
import { openPruning } from './pruning.ts';
import { renameMonitor } from './rename.ts';
import { openSeriesTable, seriesKey } from './series-table.ts';
import { transaction } from './transaction.ts';

/** Does what the thread is asked, one question at a time. */
export interface Answers {
  take(notes: Notes): void;
  /** To be told of a question when it comes, which may be before it is answered. */
  arrived(question: Question): void;
  /** The answer to a question. Those in `GROUPED` are to be asked inside a transaction; the others have their own. */
  answer(question: Question): unknown;
  /** Forgets what a transaction that was rolled back had taught. */
  undone(): void;
}

/** Questions that may share one transaction, and one fsync, with others. */
export const GROUPED: readonly Kind[] = ['keep', 'pulse', 'changes'];

type Table = { [K in Kind]: (question: Question<K>) => Questions[K]['answer'] };

export function openAnswers(db: DatabaseSync): Answers {
  const series = openSeriesTable(db);
  const conclusions = openConclusions(db, series);
  const buffer = openBuffer(db, series, conclusions);
  const books = openDayBooks(db, openCheckReader(db, buffer.checks.eachRecent));
  const writeChanges = openChangeWriter(db);
  const lastChange = openLastChange(db);
  const prune = openPruning(db);
  const trusted = watchClock();
  const stillThere = watchPlace(db);
  const table: Table = {
    stands: () => [...standsByKey(readStands(db), buffer.stands).values()],
    pulses: () => readPulses(db),
    lastWritten: () => buffer.lastWritten || undefined,
    keep({ transitions, stands }) {
      keepAll(conclusions, books, transitions, stands, buffer.lastWritten);
      return undefined;
    },
    pulse({ pulse }) {
      conclusions.pulse(pulse);
      return undefined;
    },
    changes({ changes }) {
      writeChanges(changes);
      return undefined;
    },
    lastChange: ({ of, what }) => lastChange(of, what),
    rename({ from, to }) {
      buffer.write(buffer.lastWritten);
      const done = transaction(db, () => renameMonitor(db, buffer.checks.eachRecent, from, to), series.forget);
      series.forget();
      return done;
    },
    flush({ now, steady }) {
      buffer.write(now);
      const tidy = () => {
        books.close(now);
        prune(now);
      };
      if (trusted(now, steady)) transaction(db, tidy, series.forget);
      stillThere();
      return { dropped: buffer.checks.dropped() };
    },
    close({ now }) {
      buffer.write(now);
      db.exec('PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
      return undefined;
    },
  };
  return {
    take: buffer.take,
    arrived(question) {
      if (question.kind === 'keep') buffer.supersede(question.stands);
    },
    answer: (question) => (table[question.kind] as (question: Question) => unknown)(question),
    undone: series.forget,
  };
}

/** What is written, and over it what was noted since. */
function standsByKey(written: readonly Stand[], noted: ReadonlyMap<string, Stand>): Map<string, Stand> {
  return new Map([...written.map((one) => [seriesKey(one.monitor, one.vantage), one] as const), ...noted]);
}

function keepAll(
  conclusions: Conclusions,
  books: DayBooks,
  transitions: readonly Transition[],
  stands: readonly Stand[],
  now: Instant,
): void {
  const begun = transitions.map((one) => ({ ...one, at: conclusions.transition(one) }));
  for (const one of stands) conclusions.stand(one);
  const own = begun.filter(({ vantage }) => vantage === '');
  for (const [monitor, some] of Map.groupBy(own, (one) => one.monitor))
    books.reckonAgain(monitor, Math.min(...some.map(({ at }) => at)), now);
}
