import type { Clock } from '../model/time.ts';

const TICK_MS = 50;
/** A turn of the loop longer than this blurs the timings of the checks that were under way. */
const HELD_MS = 25;
const KEPT = 64;

/** Notices when the process's loop was held up, so that a finding taken meanwhile can say so. */
export interface LoopWatch {
  /** For how many milliseconds since `monotonic` the loop was held up, by turns long enough to matter. */
  heldUpSince(monotonic: number): number;
  stop(): void;
}

export function watchLoop(clock: Clock): LoopWatch {
  const holds: { at: number; ms: number }[] = [];
  let cancel = () => {};
  function tick(): void {
    const due = clock.monotonic() + TICK_MS;
    cancel = clock.after(TICK_MS, () => {
      const late = clock.monotonic() - due;
      if (late > HELD_MS) holds.push({ at: due, ms: late });
      if (holds.length > KEPT) holds.shift();
      tick();
    });
  }
  tick();
  return {
    heldUpSince: (monotonic) => holds.reduce((sum, hold) => sum + overlap(hold, monotonic), 0),
    stop: () => cancel(),
  };
}

function overlap(hold: { at: number; ms: number }, from: number): number {
  return Math.max(0, hold.at + hold.ms - Math.max(hold.at, from));
}
