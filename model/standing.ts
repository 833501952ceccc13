import type { Evidence, Verdict } from './finding.ts';
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
  readonly reason: string;
  /** Only where `to` is unknown. */
  readonly blind?: Blindness;
  readonly flapping?: boolean;
  readonly evidence?: Evidence;
}

/** Where a (monitor, vantage), or a monitor as a whole (empty vantage), stands now. */
export interface Stand {
  readonly monitor: string;
  readonly vantage: string;
  readonly standing: Standing;
  readonly since: Instant;
  readonly reason: string;
  readonly blind?: Blindness;
  readonly flapping?: boolean;
  /** Until when the last finding counts, by the wall clock; after that nobody was looking. */
  readonly freshUntil: Instant;
}
