import { type Instant, MINUTE, spanInWords } from '../model/time.ts';

/** A wall clock that differs by no more from what the steady one lets expect has not been set: it is slewed, and read a moment later. */
export const CLOCK_TOLERANCE_MS = MINUTE;

/** Tells by how much the wall clock was set since it was last asked, in milliseconds: forward is positive, and 0 that it was not. */
export type ClockSteps = (now: Instant, steady: number) => number;

/** Compares the wall clock with the steady one; to be asked often, and first when things are as they should be. */
export function watchClockSteps(): ClockSteps {
  let offset: number | undefined;
  return (now, steady) => {
    const step = offset === undefined ? 0 : now - steady - offset;
    offset = now - steady;
    return Math.abs(step) > CLOCK_TOLERANCE_MS ? step : 0;
  };
}

/** `set forward by 1 h`, `set back by 3 days`: to the minute. */
export function stepInWords(step: number): string {
  const minutes = Math.round(Math.abs(step) / MINUTE);
  return `set ${step > 0 ? 'forward' : 'back'} by ${spanInWords(minutes * MINUTE)}`;
}
