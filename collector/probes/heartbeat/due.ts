import { Cron } from 'croner';
import type { Instant } from '../../../model/time.ts';
import { DAY, MINUTE } from '../../../model/time.ts';
import type { HeartbeatSpec } from './heartbeat.ts';

/**
 * As Debian's cron (Vixie) reads an expression: on the night the clock skips 01:30, a job of 01:30 runs once right after
 * the gap, and on the night that has 01:30 twice, once.
 */
export const CRON_RULES = { mode: '5-part', fixedTimeRule: 'no-wildcard' } as const;

/** A report up to this long before it is due counts for it: the other machine's clock may be ahead. */
const EARLY = MINUTE;

const parsed = new WeakMap<HeartbeatSpec, Cron>();

/** When the next report is due after one at `at`. */
export function dueAfter(spec: HeartbeatSpec, at: Instant): Instant {
  if (spec.every !== undefined) return at + spec.every;
  const next = occurrence(spec, at);
  const after = occurrence(spec, next);
  return next - at <= Math.min(EARLY, (after - next) / 2) ? after : next;
}

/** How long before it is due a report still counts for it, in milliseconds. */
export const earlyMs = EARLY;

function occurrence(spec: HeartbeatSpec, at: Instant): Instant {
  let cron = parsed.get(spec);
  if (cron === undefined) {
    cron = new Cron(spec.cron ?? '', {
      ...CRON_RULES,
      paused: true,
      ...(spec.timezone === undefined ? {} : { timezone: spec.timezone }),
    });
    parsed.set(spec, cron);
  }
  // An expression that ends some day is never due again: far enough for any sum.
  return cron.nextRun(new Date(at))?.getTime() ?? at + 1_000_000 * DAY;
}
