import { Worker } from 'node:worker_threads';
import type { Check } from '../../model/finding.ts';
import { latencyCode } from '../../model/latency.ts';
import type { Ledger } from '../../model/ledger.ts';
import type { Stand } from '../../model/standing.ts';
import type { Clock } from '../../model/time.ts';
import { verdictCode } from './check-block.ts';
import type { FlushReport, NotedMark } from './messages.ts';
import { seriesKey } from './series-table.ts';
import { startThread } from './thread.ts';
import { inWords } from './trouble.ts';

/** How often what was noted goes to disk; a crash loses at most this and what follows. */
const FLUSH_MS = 8_000;
/** How long a note waits to cross to the thread with others, and how many cross at once. */
const GATHER_MS = 250;
const GATHER = 256;

export interface LedgerOptions {
  readonly clock: Clock;
  /** Told in words what the operator should know: the disk is full, the thread ended, checks were lost. */
  readonly onTrouble: (message: string) => void;
}

/** Opens the ledger in a state directory that is already claimed. Rejects with `LedgerRefused` when it is damaged, newer or out of reach. */
export async function openLedger(folder: string, options: LedgerOptions): Promise<Ledger> {
  const { clock, onTrouble } = options;
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: folder, name: 'ledger' });
  const thread = await startThread(worker, onTrouble);
  let marks: NotedMark[] = [];
  let stands = new Map<string, Stand>();
  let callOff: (() => void) | undefined;

  function post(): void {
    callOff?.();
    callOff = undefined;
    if (marks.length === 0 && stands.size === 0) return;
    thread.tell({ kind: 'notes', marks, stands: [...stands.values()] });
    marks = [];
    stands = new Map();
  }
  function gather(): void {
    if (marks.length + stands.size >= GATHER) post();
    else callOff ??= clock.after(GATHER_MS, post);
  }
  const flusher = flushing(clock, onTrouble, () => {
    post();
    return thread.ask('flush', { now: clock.now(), steady: clock.steady() });
  });

  return {
    stands() {
      post();
      return thread.ask('stands', {});
    },
    pulses: () => thread.ask('pulses', {}),
    lastWritten: () => thread.ask('lastWritten', {}),
    note(check, everyMs) {
      marks.push(markOf(check, everyMs));
      gather();
    },
    stand(stand) {
      stands.set(seriesKey(stand.monitor, stand.vantage), stand);
      gather();
    },
    keep(transitions, kept) {
      post();
      return thread.ask('keep', { transitions, stands: kept });
    },
    pulse: (pulse) => thread.ask('pulse', { pulse }),
    rename(from, to) {
      post();
      return thread.ask('rename', { from, to });
    },
    async close() {
      flusher.stop();
      post();
      try {
        await thread.ask('close', { now: clock.now() });
      } finally {
        await worker.terminate();
      }
    },
  };
}

/** Flushes again and again, never two at once; says once when it fails and once when it works again. */
function flushing(clock: Clock, onTrouble: (message: string) => void, flush: () => Promise<FlushReport>) {
  let stopped = false;
  let failing: string | undefined;
  let callOff = clock.after(FLUSH_MS, run);
  function run(): void {
    flush()
      .then(
        ({ dropped }) => {
          if (failing !== undefined) onTrouble('the ledger can be written again');
          failing = undefined;
          if (dropped > 0) onTrouble(`${dropped} checks could not be kept in the ledger`);
        },
        (error: unknown) => {
          const message = inWords(error);
          if (!stopped && message !== failing)
            onTrouble(`checks wait in memory, the ledger cannot be written: ${message}`);
          failing = message;
        },
      )
      .finally(() => {
        if (!stopped) callOff = clock.after(FLUSH_MS, run);
      });
  }
  return {
    stop(): void {
      stopped = true;
      callOff();
    },
  };
}

/** A failed check has a latency only where its probe measured one: how long a refusal took says nothing of the target. */
function markOf(check: Check, everyMs: number): NotedMark {
  const { verdict, latencyMs } = check.finding;
  const worked = verdict === 'up' || verdict === 'degraded';
  return {
    monitor: check.monitor,
    vantage: check.vantage,
    at: check.at,
    verdict: verdictCode(verdict),
    latency: latencyCode(latencyMs ?? (worked ? check.durationMs : Number.NaN)),
    everyMs,
  };
}
