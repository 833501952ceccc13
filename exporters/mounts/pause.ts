import { setImmediate } from 'node:timers/promises';
import { pause as pauseUnlessAborted } from '../../model/pause.ts';
import type { Clock } from '../../model/time.ts';

/** Resolves after so many milliseconds, or at once when `signal` is aborted; in both cases what had come in by then has been heard. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await pauseUnlessAborted(clock, ms, signal).catch(() => {});
  // When the loop was late, answers that came in time lie behind the timer that has just fired.
  await setImmediate();
}
