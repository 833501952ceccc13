import { pause } from '../../../model/pause.ts';
import { type Clock, MINUTE, SECOND } from '../../../model/time.ts';

const LONGEST_MS = MINUTE;
/** What has lived for so long has not failed at its beginning. */
const LIVED_MS = MINUTE;

/**
 * Runs something again and again until `signal` is aborted: after a second's rest, then twice as long each time, until it has
 * lived for a minute. What it rejects with is told once, until it is something else.
 */
export async function runAgain(
  run: () => Promise<void>,
  { clock, signal, onTrouble }: { clock: Clock; signal: AbortSignal; onTrouble: (words: string) => void },
): Promise<void> {
  let restMs = SECOND;
  let told: string | undefined;
  while (!signal.aborted) {
    const since = clock.monotonic();
    try {
      await run();
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (words !== told && !signal.aborted) onTrouble(words);
      told = words;
    }
    if (clock.monotonic() - since >= LIVED_MS) restMs = SECOND;
    await pause(clock, restMs, signal).catch(() => {});
    restMs = Math.min(2 * restMs, LONGEST_MS);
  }
}
