import { Worker } from 'node:worker_threads';
import type { Check } from '../../model/finding.ts';
import type { Stand } from '../../model/standing.ts';
import type { Clock } from '../../model/time.ts';
import { keepFlushing } from './flushing.ts';
import { type Gathering, gatherNotes } from './gathering.ts';
import type { FlushReport } from './messages.ts';
import { eachQuestion } from './owner.ts';
import { type AskedOfAll, owners } from './owners.ts';
import { startThread, type Thread } from './thread.ts';
import type { WriterData } from './writer-thread.ts';

/** Left to itself a thread's heap grows to many times what is in it before it is swept. */
const LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 192 };

/** What was concluded, kept. One writer: the running box. Beside the questions of its owners (`owners.ts`), what concerns all of them. */
export interface Ledger extends AskedOfAll {
  /** Notes a check and where its series stands now. Buffered: a crash may lose the last ten seconds. */
  note(check: Check, everyMs: number): void;
  /** Notes where a monitor or one of its vantages stands. Buffered likewise. */
  stand(stand: Stand): void;
  /** Makes the history of `from` that of `to`, unless `to` has one of its own: then it says so by answering false. */
  rename(from: string, to: string): Promise<boolean>;
  /** What keeps what was noted from being written now, in words; empty when nothing does. */
  problems(): readonly string[];
  /** Writes what is buffered and closes. */
  close(): Promise<void>;
}

export interface LedgerOptions {
  readonly clock: Clock;
  /** Told in words what the operator should know: the disk is full, the thread ended, checks were lost. */
  readonly onTrouble: (message: string) => void;
  /** Told why when the ledger's thread is gone for good, unless it was closed: nothing can be kept any more. */
  readonly onGone?: (why: string) => void;
}

/** Opens the ledger in a state directory that is already claimed. Rejects with `LedgerRefused` when it is damaged, newer or out of reach. */
export async function openLedger(folder: string, options: LedgerOptions): Promise<Ledger> {
  const { clock, onTrouble, onGone } = options;
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), {
    workerData: { folder, begun: { now: clock.now(), steady: clock.steady() } } satisfies WriterData,
    name: 'ledger',
    resourceLimits: LIMITS,
  });
  const thread = await startThread(worker, onTrouble, onGone);
  const notes = gatherNotes(clock, thread.tell);
  const flusher = keepFlushing(clock, onTrouble, () => flush(thread, notes, clock));
  /** What is asked comes after what was noted before. */
  const ask: Thread['ask'] = (kind, question) => {
    notes.post();
    return thread.ask(kind, question);
  };
  const questions = eachQuestion(owners, ['reads', 'writes'], (owner, question) => {
    return (...args: readonly unknown[]) => ask('ask', { owner, question, args });
  }) as unknown as AskedOfAll;
  return {
    ...questions,
    note: notes.note,
    stand: notes.stand,
    problems: flusher.problems,
    rename: (from, to) => ask('rename', { from, to }),
    async close() {
      flusher.stop();
      try {
        await ask('close', { now: clock.now() });
      } finally {
        await worker.terminate();
      }
    },
  };
}

async function flush(thread: Thread, notes: Gathering, clock: Clock): Promise<FlushReport> {
  notes.post();
  const crossed = notes.crossing;
  try {
    const report = await thread.ask('flush', { now: clock.now(), steady: clock.steady() });
    return { ...report, dropped: report.dropped + notes.dropped() };
  } finally {
    notes.arrived(crossed);
  }
}
