import { apart } from './apart.ts';
import { withinMs } from './bounded-work.ts';
import { costBound } from './expression-cost.ts';

/** How long the loop may be held by an expression; beyond that it goes on in a thread. */
const ON_THE_LOOP_MS = 8;

/** Steps that together take a few milliseconds at most. */
const CHEAP_STEPS = 2_000_000;

/** Whether the expression matches; undefined when that could not be told in the time an expression may take. */
export type PatientMatcher = (text: string, signal: AbortSignal) => boolean | undefined | Promise<boolean | undefined>;

/**
 * A matcher for texts from outside, which may be made so that an expression takes for ever. What is surely cheap is done at
 * once; else for at most 8 ms here; else in a thread. Throws when the expression does not compile.
 */
export function patientMatcher(source: string, flags: string): PatientMatcher {
  const expression = new RegExp(source, flags);
  const bound = /^u?$/.test(flags) ? costBound(source) : undefined;
  let slow = false;
  const inThread = async (text: string, signal: AbortSignal): Promise<boolean | undefined> => {
    const module = new URL(import.meta.url);
    const outcome = await apart<boolean>({ module, call: 'matchOnce', args: [source, flags, text] }, signal);
    // A busy machine may have made a quick one look slow: it has its chance again.
    slow = outcome === undefined || outcome.tookMs > ON_THE_LOOP_MS / 2;
    return outcome?.result;
  };
  return (text, signal) => {
    if (bound !== undefined && bound(text) <= CHEAP_STEPS) return expression.test(text);
    if (slow) return inThread(text, signal);
    const { done } = withinMs(ON_THE_LOOP_MS, () => expression.test(text));
    return done ?? inThread(text, signal);
  };
}

/** What the thread does. */
export function matchOnce(source: string, flags: string, text: string): boolean {
  return new RegExp(source, flags).test(text);
}
