import { DAY, type Instant, MINUTE } from '../../model/time.ts';
import { watchClockSteps } from '../../runtime/clock-step.ts';

/** How long the wall clock must have gone along with the steady one to be believed, */
const PROBATION_MS = 10 * MINUTE;
/** and how long after it was found far from where it was: by as much as this. */
const LONG_PROBATION_MS = DAY;
const FAR_MS = 7 * DAY;
/** No clock is right that says it is earlier than this program is. */
const EARLIEST = Date.UTC(2026, 0, 1);

/** What is to be thought of the wall clock: a box without a battery may start in 1970, or far in the future. */
export interface ClockTrust {
  /** By how much it was set since last asked, in milliseconds; forward is positive. */
  readonly step: number;
  /** It can be believed: what it contradicts was dated wrongly. */
  readonly believed: boolean;
  /** It can be believed so far that days are closed, and what is old deleted. */
  readonly settled: boolean;
}

/** Watches the wall clock; `lastWritten` is what it said when the ledger was last written, 0 when never. */
export function watchClock(lastWritten: Instant): (now: Instant, steady: number) => ClockTrust {
  const steps = watchClockSteps();
  let since: number | undefined;
  let isFar = false;
  return (now, steady) => {
    const step = steps(now, steady);
    if (since === undefined) isFar = lastWritten > 0 && Math.abs(now - lastWritten) > FAR_MS;
    else if (step !== 0) isFar = Math.abs(step) > FAR_MS;
    if (since === undefined || step !== 0) since = steady;
    const along = now >= EARLIEST ? steady - since : 0;
    return {
      step,
      believed: along >= PROBATION_MS,
      settled: along >= (isFar ? LONG_PROBATION_MS : PROBATION_MS),
    };
  };
}
