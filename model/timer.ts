import { type Instant, MINUTE } from './time.ts';
import type { TimerReport } from './unit.ts';

/** systemd.timer(5), AccuracySec: what holds when nothing is said. */
const USUAL_ACCURACY_MS = MINUTE;
/** A busy machine may be so much later than a timer's accuracy allows. */
const ALLOWED_MS = MINUTE;

/**
 * How long ago, in milliseconds, a timer should have started its unit and has not; 0 when it has, and within its accuracy. While its
 * unit runs, its next time is not known.
 */
export function missedMs({ nextAt, accuracyMs = USUAL_ACCURACY_MS }: TimerReport, sub: string, now: Instant): number {
  if (sub !== 'waiting' || nextAt === undefined) return 0;
  return now - nextAt > accuracyMs + ALLOWED_MS ? now - nextAt : 0;
}

/** Whether a timer's last run lies further back than `withinMs`; one that never ran counts from when it became active, if it is. */
export function isTooLongAgo(
  { lastAt }: TimerReport,
  activeSince: Instant | undefined,
  withinMs: number | undefined,
  now: Instant,
): boolean {
  return withinMs !== undefined && now - (lastAt ?? activeSince ?? 0) > withinMs;
}
