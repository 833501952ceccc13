import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../model/time.ts';

/** Resolves after so many milliseconds, or at once when `signal` is aborted; in both cases what had come in by then has been heard. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const cancel = clock.after(ms, end);
  signal.addEventListener('abort', end);
  await promise;
  cancel();
  signal.removeEventListener('abort', end);
  // When the loop was late, answers that came in time lie behind the timer that has just fired.
  await setImmediate();
}
