import type { Reason } from './reason.ts';
import type { Sample } from './sample.ts';
import type { Instant } from './time.ts';

/** What one check saw. `unknown` means the check itself could not be made; it is never a way to say down. */
export type Verdict = 'up' | 'degraded' | 'down' | 'unknown';

/** Things worth keeping about a failure, in the order to read them: short texts, bounded and redacted before they are kept. */
export type Evidence = Readonly<Record<string, string | number | readonly string[]>>;

/** What a probe returns. A target that is down is a finding, not an exception. */
export interface Finding {
  readonly verdict: Verdict;
  /** One line a tired person understands: `TLS certificate expired 3 h ago`. Also given when up: `200 OK`. */
  readonly reason: Reason;
  /** The target's own time in milliseconds where that is not the whole check (a ping's mean, a heartbeat's run time). */
  readonly latencyMs?: number;
  /** Milliseconds by phase, in the order they happened. */
  readonly phases?: Readonly<Record<string, number>>;
  readonly samples?: readonly Sample[];
  readonly evidence?: Evidence;
}

/** One run of a monitor's probe from one vantage: a finding, and when and how it was taken. */
export interface Check {
  readonly monitor: string;
  readonly vantage: string;
  /** When the check began, by the wall clock. */
  readonly at: Instant;
  /** The same instant on the steady clock. */
  readonly steadyAt: number;
  readonly durationMs: number;
  /** How long after it was due it began; its time in the queue, not the target's. */
  readonly lateMs: number;
  /** How long the loop was held up while it ran, when that was enough to blur its timings. */
  readonly heldUpMs?: number;
  readonly finding: Finding;
}
