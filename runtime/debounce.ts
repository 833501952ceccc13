import type { Clock } from '../model/time.ts';

export interface DebounceOptions {
  readonly clock: Clock;
  /** It acts when nothing called for so long, in milliseconds. */
  readonly quietMs: number;
  /** It acts so long after the first call at the latest, however many follow. */
  readonly longestMs: number;
}

/** Many calls become one act. */
export interface Debounced {
  call(): void;
  /** Calls off what has not been done yet. */
  cancel(): void;
}

export function debounce({ clock, quietMs, longestMs }: DebounceOptions, act: () => void): Debounced {
  let callOff: (() => void) | undefined;
  let begunAt = 0;
  return {
    call() {
      if (callOff === undefined) begunAt = clock.monotonic();
      callOff?.();
      const left = longestMs - (clock.monotonic() - begunAt);
      callOff = clock.after(Math.max(0, Math.min(quietMs, left)), () => {
        callOff = undefined;
        act();
      });
    },
    cancel() {
      callOff?.();
      callOff = undefined;
    },
  };
}
