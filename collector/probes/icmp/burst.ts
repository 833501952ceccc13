/** What came of a burst of pings. */
export interface Burst {
  readonly sent: number;
  /** Round trips in milliseconds of those that were answered. */
  readonly roundTripsMs: readonly number[];
  /** The hops left to the first answer, where the program tells. */
  readonly hopLimit?: number;
  /** What routers said instead of an answer: `Host Unreachable from 10.0.0.1`. */
  readonly complaint?: string;
}

export interface Figures {
  readonly min: number;
  readonly avg: number;
  readonly max: number;
  readonly stddev: number;
}

/** The share (0 to 1) of pings without an answer. */
export function lossOf(burst: Burst): number {
  return burst.sent === 0 ? 1 : Math.max(0, 1 - burst.roundTripsMs.length / burst.sent);
}

/** Least, mean, greatest and standard deviation (of the population); undefined when nothing came back. */
export function figuresOf(values: readonly number[]): Figures | undefined {
  if (values.length === 0) return undefined;
  const avg = values.reduce((sum, one) => sum + one, 0) / values.length;
  const variance = values.reduce((sum, one) => sum + (one - avg) ** 2, 0) / values.length;
  return { min: Math.min(...values), avg, max: Math.max(...values), stddev: Math.sqrt(variance) };
}
