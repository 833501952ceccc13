/** Milliseconds since the epoch, by the wall clock. */
export type Instant = number;

/** The three clocks of the box, injected wherever time is read or waited for. */
export interface Clock {
  /** The wall clock: what people read. It may jump. */
  now(): Instant;
  /** Milliseconds that never jump and go on counting while the machine sleeps. Only differences mean something. */
  steady(): number;
  /** Milliseconds that never jump and stand still while the machine sleeps. Only differences mean something. */
  monotonic(): number;
  /** Calls back once after `ms` of monotonic time; the returned function calls it off. */
  after(ms: number, callback: () => void): () => void;
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The start of the UTC day that holds `at`. */
export function dayOf(at: Instant): Instant {
  return Math.floor(at / DAY) * DAY;
}

/** A span in the words of the surfaces, one unit, rounded down: `340 ms`, `2.4 s`, `13 min`, `3 h`, `5 days`. */
export function spanInWords(ms: number): string {
  if (ms > 0 && ms < 0.05) return 'under 0.1 ms';
  if (ms < 1) return `${Math.max(0, ms).toFixed(1)} ms`;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${trim((ms / SECOND).toFixed(1))} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} days`;
}

function trim(decimal: string): string {
  return decimal.endsWith('.0') ? decimal.slice(0, -2) : decimal;
}
