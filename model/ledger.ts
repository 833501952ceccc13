import type { Verdict } from './finding.ts';
import type { LatencyHistogram } from './latency.ts';
import type { Instant } from './time.ts';
import type { Account, CheckCount } from './timeline.ts';

/** What is kept of a check for twelve weeks. */
export interface CheckMark {
  readonly at: Instant;
  readonly verdict: Verdict;
  /** Within 3 %; undefined when there was none to measure. */
  readonly latencyMs?: number;
}

/** A signal from a job that reports for itself. */
export interface Pulse {
  readonly monitor: string;
  readonly at: Instant;
  /**
   * `again` is a start while the one before it has not ended: the latest `start` is the first that nothing has answered. `known`
   * comes from the box itself: since when it waits for this job.
   */
  readonly signal: 'start' | 'again' | 'ok' | 'fail' | 'known';
  readonly exitCode?: number;
  /** The end of the job's log, at most 10 kB. */
  readonly log?: string;
}

/** One UTC day of one monitor. Of days booked by an older release the checks were not counted: there are none of them. */
export interface DayRecord extends CheckCount {
  readonly day: Instant;
  readonly account: Account;
  readonly latency: LatencyHistogram;
}
