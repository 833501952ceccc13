/**
 * Latency in one byte: a logarithmic scale, each step 6 % above the last, from 0.1 ms to about 4.5 minutes.
 * Code 0 means no latency was measured. The histogram of a day is indexed by the same codes.
 */
const FLOOR_MS = 0.1;
const STEP = Math.log(1.06);
export const LATENCY_CODES = 256;

/** The code whose step holds `ms`; anything longer than the scale has the last code. */
export function latencyCode(ms: number): number {
  if (!(ms > 0)) return ms === 0 ? 1 : 0;
  return Math.min(LATENCY_CODES - 1, Math.max(1, 1 + Math.round(Math.log(ms / FLOOR_MS) / STEP)));
}

/** The middle of a code's step in milliseconds, within 3 % of what was measured; undefined for code 0. */
export function latencyOf(code: number): number | undefined {
  return code === 0 ? undefined : FLOOR_MS * Math.exp((code - 1) * STEP);
}

/** How often each code was seen. */
export type LatencyHistogram = readonly number[];

/** The latency in milliseconds below which the share `q` (0 to 1) of a histogram lies; undefined when it is empty. */
export function quantile(histogram: LatencyHistogram, q: number): number | undefined {
  let total = 0;
  for (let code = 1; code < histogram.length; code++) total += histogram[code] ?? 0;
  if (total === 0) return undefined;
  let seen = 0;
  for (let code = 1; code < histogram.length; code++) {
    seen += histogram[code] ?? 0;
    if (seen >= q * total) return latencyOf(code);
  }
  return undefined;
}
