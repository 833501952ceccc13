import type { Evidence, Verdict } from '../../model/finding.ts';
import type { Reason } from '../../model/reason.ts';
import type { Blindness, Standing, Tally, Transition } from '../../model/standing.ts';
import type { Instant } from '../../model/time.ts';

/** A row of findings that all say at least this bad, or at most this bad. */
export interface Run {
  readonly count: number;
  readonly first: Instant;
  readonly evidence?: Evidence;
}

/** What is remembered about one monitor seen from one vantage. Plain data; every change makes a new one. */
export interface Series {
  readonly standing: Standing;
  readonly since: Instant;
  readonly reason: Reason;
  readonly blind?: Blindness;
  /** The last standing that was not unknown: what the next findings must confirm or contradict. */
  readonly settled?: Seen;
  readonly worse: Readonly<Partial<Record<Level, Run>>>;
  readonly better: Readonly<Partial<Record<Level, Run>>>;
  /** Bad checks in a row of which it is not known yet whether they are its own. */
  readonly held?: { readonly first: Seeing; readonly last: Seeing; readonly count: number };
  /** When it changed in the last hour, between standings that were seen. */
  readonly changes: readonly Instant[];
  readonly flapping: boolean;
  /** How often it has failed lately, confirmed or not. */
  readonly tally: Tally;
}

/** One finding, as far as judging goes. */
export interface Seeing {
  readonly at: Instant;
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly blind?: Blindness;
  readonly evidence?: Evidence;
}

/** A change of standing, before it is known whose it is. */
export type Change = Omit<Transition, 'monitor' | 'vantage'>;

/** What came of a finding. */
export interface Judged {
  readonly series: Series;
  readonly change?: Change;
  /** The finding differs from the standing and is not confirmed yet: check again soon. */
  readonly doubtful: boolean;
}

/** A standing that somebody has seen. */
export type Seen = Exclude<Standing, 'unknown'>;
/** How bad, from 0 for up. */
export type Level = 0 | 1 | 2;
export const LEVELS = { up: 0, degraded: 1, down: 2 } as const satisfies Record<Seen, Level>;
export const SEEN = ['up', 'degraded', 'down'] as const;

/** Nothing counted. */
export const NO_TALLY: Tally = { counted: 0, failures: [] };

/** A series of which nothing is known yet. */
export function unjudged(at: Instant): Series {
  return {
    standing: 'unknown',
    since: at,
    reason: ['not checked yet'],
    blind: 'unwatched',
    worse: {},
    better: {},
    changes: [],
    flapping: false,
    tally: NO_TALLY,
  };
}
