import { messageOf } from '../model/errors.ts';
import { pause } from '../model/pause.ts';
import { type Clock, MINUTE, SECOND } from '../model/time.ts';

export interface BackOffOptions {
  /** The first wait; a second when left out. */
  readonly firstMs?: number;
  /** No wait is longer; a minute when left out. */
  readonly longestMs?: number;
  /** From 0 to 1: up to a quarter is taken off each wait, so that many who failed together do not come back together. */
  readonly random?: () => number;
}

/** How long to wait after each failure: twice as long each time, until it is reset. */
export interface BackOff {
  /** The next wait, in milliseconds. */
  next(): number;
  /** It went well: the next wait is the first again. */
  reset(): void;
}

export function createBackOff({
  firstMs = SECOND,
  longestMs = MINUTE,
  random = () => 0,
}: BackOffOptions = {}): BackOff {
  let waitMs = firstMs;
  return {
    next() {
      const now = waitMs * (1 - random() / 4);
      waitMs = Math.min(2 * waitMs, longestMs);
      return now;
    },
    reset() {
      waitMs = firstMs;
    },
  };
}

export interface KeepRunning extends BackOffOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What has run for so long has not failed at its beginning; a minute when left out. */
  readonly livedMs?: number;
  /** Told what it rejects with, once, until that is something else. */
  readonly onTrouble: (words: string) => void;
}

/** Runs something again whenever it ends, ever more slowly when it does not live long. Resolves when `signal` is aborted. */
export async function keepRunning(run: () => Promise<void>, options: KeepRunning): Promise<void> {
  const { clock, signal, livedMs = MINUTE, onTrouble } = options;
  const backOff = createBackOff(options);
  let said: string | undefined;
  while (!signal.aborted) {
    const since = clock.monotonic();
    try {
      await run();
    } catch (error) {
      const words = messageOf(error);
      if (words !== said && !signal.aborted) onTrouble(words);
      said = words;
    }
    if (clock.monotonic() - since >= livedMs) backOff.reset();
    await pause(clock, backOff.next(), signal).catch(() => {});
  }
}
