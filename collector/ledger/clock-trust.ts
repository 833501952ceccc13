import { type Instant, MINUTE } from '../../model/time.ts';

/** How long the wall clock must have gone along with the steady one before anything is deleted or closed by it. */
const PROBATION_MS = 10 * MINUTE;
const TOLERANCE_MS = MINUTE;

/** Answers whether the wall clock can be believed: a box without a battery may start in 1970, or far in the future. */
export type ClockTrust = (now: Instant, steady: number) => boolean;

export function watchClock(): ClockTrust {
  let since: { offset: number; steady: number } | undefined;
  return (now, steady) => {
    const offset = now - steady;
    if (since === undefined || Math.abs(offset - since.offset) > TOLERANCE_MS) since = { offset, steady };
    return steady - since.steady >= PROBATION_MS;
  };
}
