import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../model/time.ts';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
  handle: NodeJS.Timeout;
}

/** This machine's clock, which can also be put forward: what takes time takes it, and what only waits need not be waited for. */
export class SkippingClock implements Clock {
  #skipped = 0;
  readonly #timers = new Set<Timer>();

  now = (): number => Date.now() + this.#skipped;
  monotonic = (): number => performance.now() + this.#skipped;
  steady = this.monotonic;

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = { due: this.monotonic() + ms, callback, handle: setTimeout(() => this.#fire(timer), ms) };
    this.#timers.add(timer);
    return () => this.#drop(timer);
  }

  /** Time jumps; what is due by then fires in its order, and the rest so much sooner. */
  async skip(ms: number): Promise<void> {
    this.#skipped += ms;
    const due = [...this.#timers].filter((one) => one.due <= this.monotonic()).sort((a, b) => a.due - b.due);
    for (const timer of due) if (this.#timers.has(timer)) this.#fire(timer);
    for (const timer of this.#timers) {
      clearTimeout(timer.handle);
      timer.handle = setTimeout(() => this.#fire(timer), timer.due - this.monotonic());
    }
    await setImmediate();
  }

  #fire(timer: Timer): void {
    this.#drop(timer);
    timer.callback();
  }

  #drop(timer: Timer): void {
    clearTimeout(timer.handle);
    this.#timers.delete(timer);
  }
}
