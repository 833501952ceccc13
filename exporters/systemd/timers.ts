import type { Instant } from '../../model/time.ts';
import { MINUTE } from '../../model/time.ts';
import type { TimerReport } from '../../model/unit.ts';

/** A timer fires within its accuracy, a minute when nothing is said (systemd.timer(5), AccuracySec). */
const ALLOWED_MS = 2 * MINUTE;

/** What must be known of a timer to say whether it is late. */
export interface TimerState extends Pick<TimerReport, 'lastAt' | 'nextAt'> {
  readonly sub: string;
  /** When it last became active. */
  readonly activeSince?: Instant | undefined;
  /** How long its last run may lie back, in milliseconds. */
  readonly withinMs?: number | undefined;
}

/**
 * How long ago, in milliseconds, a timer should have started its unit and has not; 0 when all is well. While its unit runs, its
 * next time is not known, and it is late only by `withinMs`.
 */
export function overdueMs({ sub, lastAt, nextAt, activeSince, withinMs }: TimerState, now: Instant): number {
  const missed = sub === 'waiting' && nextAt !== undefined && now - nextAt > ALLOWED_MS ? now - nextAt : 0;
  if (withinMs === undefined) return missed;
  const last = Math.max(lastAt ?? 0, lastAt === undefined ? (activeSince ?? 0) : 0);
  return Math.max(missed, now - last > withinMs ? now - last - withinMs : 0);
}
