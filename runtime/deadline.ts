import { CodedError } from '../model/errors.ts';
import { type Clock, spanInWords } from '../model/time.ts';

export interface Deadline {
  readonly clock: Clock;
  /** How long it may take, in milliseconds. */
  readonly ms: number;
  /** How long after that it is waited for; not at all when left out. */
  readonly graceMs?: number;
  /** Ends it before its deadline. */
  readonly signal?: AbortSignal;
}

/** It did not end within its time: the reason that `act` finds in its signal. */
export class DeadlinePassed extends CodedError {
  readonly code = 'deadline-passed';

  constructor(ms: number) {
    super(`it did not end within ${spanInWords(ms)}`);
  }
}

/** It goes on beyond its deadline and the grace after it, and nobody waits for it any more. */
export class LeftBehind extends CodedError {
  readonly code = 'left-behind';

  constructor(ms: number) {
    super(`it did not end within ${spanInWords(ms)}`);
  }
}

/**
 * Runs `act` with a signal that is aborted at the deadline, or when `signal` is. Settles as `act` does when that ends in time;
 * rejects with `LeftBehind` when it goes on after the grace, and with the reason of `signal` at once when that is aborted.
 */
export async function withDeadline<T>(
  { clock, ms, graceMs = 0, signal }: Deadline,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const deadline = new AbortController();
  const over = Promise.withResolvers<never>();
  const stop = () => over.reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  let cancelGrace = () => {};
  const cancel = clock.after(ms, () => {
    deadline.abort(new DeadlinePassed(ms));
    cancelGrace = clock.after(graceMs, () => over.reject(new LeftBehind(ms)));
  });
  try {
    const either = signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]);
    return await Promise.race([act(either), over.promise]);
  } finally {
    cancel();
    cancelGrace();
    signal?.removeEventListener('abort', stop);
  }
}
