import type { Clock } from '../../model/time.ts';
import type { MonotonicNow } from './report.ts';

/** Now on both clocks that systemd tells times by: Node's high-resolution time is CLOCK_MONOTONIC, as systemd's is. */
export function monotonicNow(clock: Clock): MonotonicNow {
  return { at: clock.now(), monotonicMs: Number(process.hrtime.bigint()) / 1e6 };
}
