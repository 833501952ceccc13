import { uptime } from 'node:os';
import type { Clock } from '../model/time.ts';

/** How far wall and monotonic time may drift apart before we ask whether the machine has slept. */
const DRIFT_MS = 500;

/**
 * The clocks of this machine. `monotonic` is CLOCK_MONOTONIC; `steady` adds the time the machine slept, which is
 * CLOCK_BOOTTIME (os.uptime) minus CLOCK_MONOTONIC, see clock_gettime(2). CLOCK_BOOTTIME costs a system call, so it is
 * read again only when the wall clock has moved away from the monotonic one: by a sleep, or by somebody who set it.
 */
export function createClock(): Clock {
  const bootOffset = uptime() * 1000 - performance.now();
  let drift = Date.now() - performance.now();
  let slept = 0;

  function steady(): number {
    const monotonic = performance.now();
    const driftNow = Date.now() - monotonic;
    if (Math.abs(driftNow - drift) > DRIFT_MS) {
      drift = driftNow;
      const sleptNow = uptime() * 1000 - monotonic - bootOffset;
      if (sleptNow > slept + DRIFT_MS) slept = sleptNow;
    }
    return monotonic + slept;
  }

  return {
    now: Date.now,
    steady,
    monotonic: () => performance.now(),
    after(ms, callback) {
      const timer = setTimeout(callback, Math.max(0, ms));
      return () => clearTimeout(timer);
    },
  };
}
