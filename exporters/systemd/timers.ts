import type { TimerReport } from '../../model/unit.ts';
import { textOf } from './signals.ts';
import type { Properties } from './systemd-calls.ts';
import { instantOf, type MonotonicNow, spanOf } from './times.ts';

/** The properties that `timerOf` reads. */
export const TIMER = ['Unit', 'LastTriggerUSec', 'NextElapseUSecRealtime', 'NextElapseUSecMonotonic', 'AccuracyUSec'];

/** What a timer's properties say. Times on the monotonic clock are told by the wall. */
export function timerOf(properties: Properties, now: MonotonicNow): TimerReport {
  const monotonicMs = spanOf(properties.NextElapseUSecMonotonic);
  const next = [
    instantOf(properties.NextElapseUSecRealtime),
    monotonicMs ? now.at + monotonicMs - now.monotonicMs : undefined,
  ].filter((one) => one !== undefined);
  return {
    unit: textOf(properties.Unit) ?? '',
    lastAt: instantOf(properties.LastTriggerUSec),
    nextAt: next.length === 0 ? undefined : Math.min(...next),
    accuracyMs: spanOf(properties.AccuracyUSec),
  };
}
