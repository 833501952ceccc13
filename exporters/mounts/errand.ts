import type { Clock } from '../../model/time.ts';
import type { Answer } from './answer.ts';
import type { Asker } from './asker.ts';
import type { Mount } from './mountinfo.ts';
import { pause } from './pause.ts';

/** One process on its way through some mounts, in their order. */
export interface Errand {
  /** The mount that it waits for now; undefined after the last. */
  readonly at: Mount | undefined;
  /** Since when, on the monotonic clock. */
  readonly since: number;
  /** Resolves after the last answer. Rejects when the process is gone before. */
  readonly done: Promise<void>;
  /** Resolves when nothing came for so many milliseconds, or at `signal`. */
  quiet(ms: number, signal: AbortSignal): Promise<void>;
  /** From now on it is to wait for this one mount alone; gives those after it. */
  leave(): readonly Mount[];
  kill(): void;
}

export interface ErrandOptions {
  readonly clock: Clock;
  readonly asker: Asker;
  readonly batch: readonly Mount[];
  /** Where the mounts are seen from here, as bytes. */
  readonly prefix: string;
  readonly onAnswer: (mount: Mount, answer: Answer, tookMs: number) => void;
}

export function startErrand({ clock, asker, batch, prefix, onAnswer }: ErrandOptions): Errand {
  let count = 0;
  let isLeft = false;
  let since = clock.monotonic();
  const paths = batch.map(({ bytes }) => prefix + bytes);
  const done = asker.ask(paths, (answer) => {
    const mount = batch[count++];
    if (mount === undefined) return;
    const now = clock.monotonic();
    const tookMs = now - since;
    since = now;
    if (isLeft && count < batch.length) asker.kill();
    onAnswer(mount, answer, tookMs);
  });
  return {
    get at() {
      return batch[count];
    },
    get since() {
      return since;
    },
    done,
    async quiet(ms, signal) {
      for (let seen = -1; seen !== count && !signal.aborted; ) {
        seen = count;
        await pause(clock, ms, signal);
      }
    },
    leave() {
      isLeft = true;
      return batch.slice(count + 1);
    },
    kill: asker.kill,
  };
}
