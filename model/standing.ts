import type { Evidence, Verdict } from './finding.ts';
import type { Reason } from './reason.ts';
import type { Instant } from './time.ts';

/** What we have concluded: the same four words as a verdict, but confirmed. */
export type Standing = Verdict;

/** Why a standing is unknown; each is booked apart. */
export type Blindness =
  /** Nobody was looking: the box was off, asleep or too late. */
  | 'unwatched'
  /** A monitor it needs is down. */
  | 'unreachable'
  /** The box itself had no connection. */
  | 'offline'
  /** The check could not be made: a missing program or right, or a fault of ours. */
  | 'unable';

/** A standing that changed. `vantage` is empty for the monitor's own standing, drawn from all its vantages. */
export interface Transition {
  readonly monitor: string;
  readonly vantage: string;
  /** When the new standing began: the first bad check, not the one that confirmed it. */
  readonly at: Instant;
  readonly from: Standing;
  readonly to: Standing;
  readonly reason: Reason;
  /** Only where `to` is unknown. */
  readonly blind?: Blindness;
  readonly flapping?: boolean;
  readonly evidence?: Evidence;
}

/** The latest checks of a series that counted: a few numbers while nothing fails. */
export interface Tally {
  /** How many there were. */
  readonly counted: number;
  /** Which of them failed lately. */
  readonly failures: readonly { readonly nth: number; readonly at: Instant }[];
  /** What the last one that failed said. */
  readonly latest?: { readonly reason: Reason; readonly evidence?: Evidence };
  /** It is up, but too many of them failed. */
  readonly failing?: { readonly since: Instant; readonly reason: Reason };
  /** While it is down: what was counted before. */
  readonly aside?: Tally;
}

/** Where a (monitor, vantage), or a monitor as a whole (empty vantage), stands now. */
export interface Stand {
  readonly monitor: string;
  readonly vantage: string;
  readonly standing: Standing;
  readonly since: Instant;
  readonly reason: Reason;
  readonly blind?: Blindness;
  readonly flapping?: boolean;
  /** Only of a vantage's stand. */
  readonly tally?: Tally;
  /** Until when the last finding counts, by the wall clock; after that nobody was looking. */
  readonly freshUntil: Instant;
}
