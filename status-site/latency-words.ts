import { LATENCY_CODES, latencyOf } from '../model/latency.ts';
import { spanInWords } from '../model/time.ts';
import { tied } from './words.ts';

/** Where the scale of kept latencies ends; what took longer is known only to have taken longer. */
const LONGEST_MS = latencyOf(LATENCY_CODES - 1) ?? Number.POSITIVE_INFINITY;

function isOver(ms: number): boolean {
  return ms > 0.999 * LONGEST_MS;
}

/** A latency as it was kept: `128 ms`, or `over 4 min` where the scale ends; `–` when there was none. */
export function latencyWords(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return tied(isOver(ms) ? `over ${spanInWords(LONGEST_MS)}` : spanInWords(ms));
}

/** How long it took, in a sentence: the median, the 99th percentile and the slowest, in milliseconds. */
export function latencySentence(what: string, half: number, most: number, slowest: number): string {
  if (isOver(half)) return `Half of all ${what} and more took ${latencyWords(half)}.`;
  const nearlyAll = isOver(most) ? '' : `, 99 in 100 at most ${latencyWords(most)}`;
  return `Half of all ${what} took at most ${latencyWords(half)}${nearlyAll}; the slowest took ${latencyWords(slowest)}.`;
}
