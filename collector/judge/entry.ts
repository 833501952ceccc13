import type { Verdict } from '../../model/finding.ts';
import type { Stand, Tally } from '../../model/standing.ts';
import type { Clock } from '../../model/time.ts';
import { shownOf } from './judge.ts';
import { type Series, unjudged } from './series.ts';

/** What is remembered at run time of one monitor seen from one vantage. */
export interface Entry {
  readonly monitor: string;
  readonly vantage: string;
  series: Series;
  /** The last finding counts until then, on the steady clock. */
  freshUntil: number;
  /** The last check that was made, judged or not. */
  latest?: {
    readonly steadyAt: number;
    readonly verdict: Verdict;
    /** How many checks up to this one found it down. */
    readonly badInARow: number;
  };
  /** The `steadyAt` of the last check that was judged, excused or held. */
  concludedAt?: number;
  /** Ends when every check taken so far has been judged: one after the other. */
  judging: Promise<void>;
}

/** An entry that goes on where the ledger says it stood; without that, of which nothing is known. */
export function openEntry(monitor: string, vantage: string, saved: Stand | undefined, clock: Clock): Entry {
  const judging = Promise.resolve();
  if (saved === undefined) {
    return { monitor, vantage, series: unjudged(clock.now()), freshUntil: Number.POSITIVE_INFINITY, judging };
  }
  const { since, reason, blind, tally } = saved;
  // It was only shown as degraded, for failing too often.
  const standing = saved.standing === 'degraded' && tally?.failing ? 'up' : saved.standing;
  const { blind: _, ...fresh } = unjudged(since);
  const known = standing === 'unknown' ? blind && { blind } : { settled: standing };
  const series: Series = { ...fresh, standing, reason, ...known, ...(tally && { tally }) };
  return { monitor, vantage, series, freshUntil: clock.steady() + saved.freshUntil - clock.now(), judging };
}

/** Where an entry stands, by the wall clock. */
export function standOf(entry: Entry, clock: Clock): Stand {
  const { blind, flapping, tally } = entry.series;
  const { standing, since, reason } = shownOf(entry.series);
  const left = entry.freshUntil - clock.steady();
  return {
    monitor: entry.monitor,
    vantage: entry.vantage,
    standing,
    since,
    reason,
    ...(blind && { blind }),
    ...(flapping && { flapping }),
    ...(tally.failures.length + (tally.aside?.failures.length ?? 0) > 0 && { tally: withoutEvidence(tally) }),
    freshUntil: Math.round(clock.now() + (Number.isFinite(left) ? left : 0)),
  };
}

/** It is written again with every check: what is long stays here. */
function withoutEvidence({ latest, aside, ...tally }: Tally): Tally {
  return {
    ...tally,
    ...(latest && { latest: { reason: latest.reason } }),
    ...(aside && { aside: withoutEvidence(aside) }),
  };
}
