import type { Clock, Instant } from '../model/time.ts';
import { CLOCK_TOLERANCE_MS, watchClockSteps } from '../runtime/clock-step.ts';

/** A stretch of time in which nothing could reach the box. */
export interface Absence {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * Answers when the box was last away: from `lastWritten` until now, the start; or the time that the wall clock skipped when it was set
 * forward. Undefined when it never was.
 */
export function watchAbsence(clock: Clock, lastWritten: Instant | undefined): () => Absence | undefined {
  const begun = clock.now();
  const steps = watchClockSteps();
  steps(begun, clock.steady());
  // Written later than now: either clock may be the wrong one, and nobody knows since when the box was away.
  const isAhead = lastWritten !== undefined && lastWritten > begun + CLOCK_TOLERANCE_MS;
  let absence = lastWritten === undefined ? undefined : { from: isAhead ? 0 : lastWritten, to: begun };
  return () => {
    const now = clock.now();
    const step = steps(now, clock.steady());
    if (step > 0) absence = { from: now - step, to: now };
    if (step < 0 && absence !== undefined) {
      const moved = (at: Instant) => (at > now ? at + step : at);
      absence = { from: moved(absence.from), to: moved(absence.to) };
    }
    return absence;
  };
}
