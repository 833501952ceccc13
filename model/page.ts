import type { KindTraits } from './monitor.ts';
import type { Standing } from './standing.ts';
import type { Instant } from './time.ts';

/** What the site needs to know of the config; the rest comes from the ledger. Of what is not public it knows nothing. */
export interface SiteSpec {
  readonly title: string;
  /** The public monitors in the order of the config. */
  readonly monitors: readonly SiteMonitor[];
}

export interface SiteMonitor {
  readonly name: string;
  readonly slug: string;
  readonly title: string;
  readonly group: string;
  readonly traits: KindTraits;
  readonly everyMs: number;
}

/** `status.json`. Instants are ISO 8601 in UTC; uptime and coverage are shares from 0 to 1 over the last 90 days. */
export interface StatusDocument {
  readonly made: string;
  readonly until: string;
  readonly standing: Standing;
  readonly monitors: readonly StatusLine[];
}

export interface StatusLine {
  readonly name: string;
  readonly title: string;
  readonly group: string;
  readonly standing: Standing;
  readonly since: string;
  readonly reason: string;
  /** Null when nothing was observed. */
  readonly uptime: number | null;
  readonly coverage: number;
  /** How many checks of these days were counted, and how many of them failed. */
  readonly checks: number;
  readonly failed: number;
}

/** How long a page stays true after it was made, as a multiple of how often it is made. */
export function trueUntil(made: Instant, everyMs: number): Instant {
  return made + 3 * everyMs;
}
