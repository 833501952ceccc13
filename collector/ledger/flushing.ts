import type { Clock } from '../../model/time.ts';
import type { FlushReport } from './messages.ts';
import { inWords, LedgerGone } from './trouble.ts';

/** How often what was noted goes to disk; a crash loses at most this and the time it takes. */
const FLUSH_MS = 8_000;
/** A flush that takes longer is said. */
const PATIENCE_MS = 30_000;
const SLOW = 'the ledger has been waiting for its disk for 30 s';

/** Writes what was noted, now and then. */
export interface Flusher {
  /** What keeps it from being written now, in words. */
  problems(): readonly string[];
  stop(): void;
}

/** Flushes every few seconds, never two at once, until stopped; says once when it fails and once when it works again. */
export function keepFlushing(
  clock: Clock,
  onTrouble: (message: string) => void,
  flush: () => Promise<FlushReport>,
): Flusher {
  let stopped = false;
  let failing: string | undefined;
  let isSlow = false;
  let callOff = clock.after(FLUSH_MS, () => void run());
  async function run(): Promise<void> {
    const hurry = clock.after(PATIENCE_MS, () => {
      isSlow = true;
      onTrouble(SLOW);
    });
    try {
      const { dropped, said } = await flush();
      said.forEach(onTrouble);
      if (failing !== undefined) onTrouble('the ledger can be written again');
      failing = undefined;
      if (dropped > 0) onTrouble(`${dropped} checks could not be kept in the ledger`);
    } catch (error) {
      const message = inWords(error);
      // A thread that is gone has said so itself.
      const known = stopped || message === failing || error instanceof LedgerGone;
      if (!known) onTrouble(`checks wait in memory, the ledger cannot be written: ${message}`);
      failing = message;
    }
    hurry();
    isSlow = false;
    if (!stopped) callOff = clock.after(FLUSH_MS, () => void run());
  }
  return {
    problems: () => [
      ...(failing === undefined ? [] : [`the ledger cannot be written: ${failing}`]),
      ...(isSlow ? [SLOW] : []),
    ],
    stop(): void {
      stopped = true;
      callOff();
    },
  };
}
