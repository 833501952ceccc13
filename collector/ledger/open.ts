import { Worker } from 'node:worker_threads';
import type { Check } from '../../model/finding.ts';
import { latencyCode } from '../../model/latency.ts';
import type { Ledger } from '../../model/ledger.ts';
import type { Stand } from '../../model/standing.ts';
import type { Clock } from '../../model/time.ts';
import { verdictCode } from './check-block.ts';
import { keepFlushing } from './flushing.ts';
import type { FlushReport, NotedMark } from './messages.ts';
import { seriesKey } from './series-table.ts';
import { startThread } from './thread.ts';

/** How long a note waits to cross to the thread with others, and how many cross at once. */
const GATHER_MS = 250;
const GATHER = 256;
/** Checks that may be on their way to a thread that waits for its disk; more are dropped, and counted. */
const CROSSING = 50_000;

/** Left to itself a thread's heap grows to many times what is in it before it is swept. */
const LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 192 };

export interface LedgerOptions {
  readonly clock: Clock;
  /** Told in words what the operator should know: the disk is full, the thread ended, checks were lost. */
  readonly onTrouble: (message: string) => void;
}

/** Opens the ledger in a state directory that is already claimed. Rejects with `LedgerRefused` when it is damaged, newer or out of reach. */
export async function openLedger(folder: string, options: LedgerOptions): Promise<Ledger> {
  const { clock, onTrouble } = options;
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), {
    workerData: folder,
    name: 'ledger',
    resourceLimits: LIMITS,
  });
  const thread = await startThread(worker, onTrouble);
  let marks: NotedMark[] = [];
  let stands = new Map<string, Stand>();
  let callOff: (() => void) | undefined;
  let crossing = 0;
  let dropped = 0;

  function post(): void {
    callOff?.();
    callOff = undefined;
    if (marks.length === 0 && stands.size === 0) return;
    thread.tell({ kind: 'notes', marks, stands: [...stands.values()] });
    crossing += marks.length;
    marks = [];
    stands = new Map();
  }
  function gather(): void {
    if (marks.length + stands.size >= GATHER) post();
    else callOff ??= clock.after(GATHER_MS, post);
  }
  async function flush(): Promise<FlushReport> {
    post();
    const crossed = crossing;
    try {
      const report = await thread.ask('flush', { now: clock.now(), steady: clock.steady() });
      const lost = report.dropped + dropped;
      dropped = 0;
      return { dropped: lost };
    } finally {
      crossing -= crossed;
    }
  }
  const flusher = keepFlushing(clock, onTrouble, flush);

  return {
    stands() {
      post();
      return thread.ask('stands', {});
    },
    pulses: () => thread.ask('pulses', {}),
    lastWritten: () => thread.ask('lastWritten', {}),
    note(check, everyMs) {
      if (crossing >= CROSSING || !Number.isFinite(check.at)) {
        dropped++;
        return;
      }
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
