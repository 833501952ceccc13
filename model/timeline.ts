import type { Blindness, Standing } from './standing.ts';
import type { Instant } from './time.ts';

/** One stretch of a monitor's history: from `at` until the next stretch begins. */
export interface Stretch {
  readonly at: Instant;
  readonly standing: Standing;
  readonly blind?: Blindness;
}

/** How a window of time was spent, in milliseconds. The parts add up to the window. */
export interface Account {
  up: number;
  degraded: number;
  down: number;
  /** Nobody was looking, or the check could not be made, or the box was offline. */
  unknown: number;
  /** A monitor it needs was down. */
  unreachable: number;
  /** Work on it was announced: neither for nor against it, however it stood. */
  maintenance: number;
}

/** What single checks say beside the time: one that fails now and then is up all the time, and fails. */
export interface CheckCount {
  /** Made while its standing was known; those in which the check itself could not be made are none. */
  checks: number;
  /** Of these, found it down. */
  failed: number;
}

/** The instant of a check is kept within so much. */
const ROUNDING_MS = 16;

const nothing = (): Account => ({ up: 0, degraded: 0, down: 0, unknown: 0, unreachable: 0, maintenance: 0 });

/** Books every millisecond of `[from, to)` by standing. `stretches` are in order of time; what lies before the first is unknown. */
export function account(stretches: readonly Stretch[], from: Instant, to: Instant): Account {
  const booked = nothing();
  let cursor = from;
  let current: Stretch | undefined;
  for (const stretch of stretches) {
    if (stretch.at >= to) break;
    if (stretch.at > cursor) {
      booked[bookOf(current)] += stretch.at - cursor;
      cursor = stretch.at;
    }
    current = stretch;
  }
  if (to > cursor) booked[bookOf(current)] += to - cursor;
  return booked;
}

function bookOf(stretch: Stretch | undefined): keyof Account {
  if (stretch === undefined) return 'unknown';
  return stretch.blind === 'unreachable' ? 'unreachable' : stretch.standing;
}

export function addAccounts(accounts: Iterable<Account>): Account {
  const sum = nothing();
  for (const one of accounts) for (const book of Object.keys(sum) as (keyof Account)[]) sum[book] += one[book];
  return sum;
}

export function addCounts(counts: Iterable<CheckCount>): CheckCount {
  const sum: CheckCount = { checks: 0, failed: 0 };
  for (const { checks, failed } of counts) {
    sum.checks += checks;
    sum.failed += failed;
  }
  return sum;
}

/** Tells of an instant of a check whether the standing was unknown then, so that what it found is held against nobody. */
export function unseenAt(stretches: readonly Stretch[], from: Instant, to: Instant): (at: Instant) => boolean {
  const spans: (readonly [Instant, Instant])[] = [];
  stretches.forEach(({ at, standing }, index) => {
    const end = stretches[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    if (standing === 'unknown' && at < to && end > from) spans.push([at - ROUNDING_MS, end - ROUNDING_MS]);
  });
  if (spans.length === 0) return () => false;
  return (at) => spans.some(([begin, end]) => at >= begin && at < end);
}

/** The share of observed time (0 to 1) in which it worked, slow or not; undefined when nothing was observed. */
export function uptimeOf(booked: Account): number | undefined {
  const observed = booked.up + booked.degraded + booked.down;
  return observed === 0 ? undefined : (booked.up + booked.degraded) / observed;
}

/** The share of all time but that of announced work (0 to 1) in which somebody was looking. */
export function coverageOf(booked: Account): number {
  const observed = booked.up + booked.degraded + booked.down;
  const total = observed + booked.unknown + booked.unreachable;
  return total === 0 ? 0 : observed / total;
}
