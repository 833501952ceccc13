import type { Clock } from '../model/time.ts';

/** A clock that a test moves by hand. Timers fire in order of time while it is moved. */
export class FakeClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #slept = 0;
  #timers: { due: number; callback: () => void }[] = [];

  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  steady(): number {
    return this.#monotonic + this.#slept;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#monotonic + Math.max(0, ms), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Lets time pass; after each timer that fires, everything that waits on promises has its turn. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (;;) {
      const next = this.#timers.filter((one) => one.due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#move(Math.max(0, next.due - this.#monotonic));
      next.callback();
      await settle();
    }
    this.#move(end - this.#monotonic);
    await settle();
  }

  /** The wall clock alone jumps, as when somebody sets it. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  /** The machine sleeps: wall and steady time pass, monotonic time does not. */
  sleep(ms: number): void {
    this.#wall += ms;
    this.#slept += ms;
  }

  #move(ms: number): void {
    this.#monotonic += ms;
    this.#wall += ms;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
