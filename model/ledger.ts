import type { Change, ChangeKind } from './change.ts';
import type { ChangeGroup } from './change-groups.ts';
import type { Check, Verdict } from './finding.ts';
import type { LatencyHistogram } from './latency.ts';
import type { Stand, Transition } from './standing.ts';
import type { Instant } from './time.ts';
import type { Account } from './timeline.ts';

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

/** What was concluded, kept. One writer: the running box. */
export interface Ledger {
  /** Where everything stands by all that was kept and noted so far; at first, by the last writer, also after a crash. */
  stands(): Promise<Stand[]>;
  /** The latest pulse of each signal, by monitor: what heartbeats need to go on after a restart. */
  pulses(): Promise<Pulse[]>;
  /** When the ledger was last written, by this writer or the one before; undefined when never. */
  lastWritten(): Promise<Instant | undefined>;
  /** Notes a check and where its series stands now. Buffered: a crash may lose the last ten seconds. */
  note(check: Check, everyMs: number): void;
  /** Notes where a monitor or one of its vantages stands. Buffered likewise. */
  stand(stand: Stand): void;
  /** Resolves once the transitions are durable, with the new stands; only then may anyone be told. */
  keep(transitions: readonly Transition[], stands: readonly Stand[]): Promise<void>;
  /** Resolves once the pulse is durable. */
  pulse(pulse: Pulse): Promise<void>;
  /** Resolves once the changes are durable; one that is kept already is left as it is. */
  changes(changes: readonly Change[]): Promise<void>;
  /** What is known to have happened last to one thing; undefined when nothing is. */
  lastChange(kind: ChangeKind, what: string): Promise<Change | undefined>;
  /** Makes the history of `from` that of `to`, unless `to` has one of its own: then it says so by answering false. */
  rename(from: string, to: string): Promise<boolean>;
  /** Writes what is buffered and closes. */
  close(): Promise<void>;
}

/** One UTC day of one monitor. */
export interface DayRecord {
  readonly day: Instant;
  readonly account: Account;
  readonly latency: LatencyHistogram;
}

/** Reading the ledger: synchronous, for a thread or a command of its own; never for the probes' loop. */
export interface LedgerView {
  stands(): Stand[];
  /** The `days` UTC days up to and with the one that holds `now`, oldest first, by monitor; today is counted up to `now`. */
  days(monitors: readonly string[], days: number, now: Instant): Map<string, DayRecord[]>;
  /** Every check kept of a monitor in `[from, to)`, from all its vantages or one, in order of time. */
  checks(monitor: string, from: Instant, to: Instant, vantage?: string): CheckMark[];
  /** The monitor's transitions that begin in `[from, to)`, newest first. */
  transitions(monitor: string, from: Instant, to: Instant, limit: number): Transition[];
  /** What was altered in `[from, to)`, newest first; of these kinds alone, where some are named. */
  changes(from: Instant, to: Instant, limit: number, kinds?: readonly ChangeKind[]): Change[];
  /**
   * What was altered in the `spanMs` up to and with `at` (a day), as one tells it to somebody who asks why something broke: what one
   * act did is one group, and of these the `limit` (ten) most telling, newest first. Of more than 5,000 changes it sees the latest.
   */
  changesBefore(at: Instant, spanMs?: number, limit?: number): ChangeGroup[];
  /** When the box last wrote, which it does every few seconds while it runs; 0 when never. */
  lastWritten(): Instant;
  close(): void;
}
