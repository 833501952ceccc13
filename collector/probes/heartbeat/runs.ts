import type { Pulse } from '../../../model/ledger.ts';
import type { Instant } from '../../../model/time.ts';
import type { Pulses } from './heartbeat.ts';

/** Starts that no end has followed yet. */
export interface Run {
  readonly first: Instant;
  /** The same as `first` unless the job has started again since. */
  readonly last: Instant;
}

/** What is under way; undefined when an end has followed every start. */
export function runUnderWay(pulses: Pulses): Run | undefined {
  const { start, ok, fail } = pulses;
  if (start === undefined || start.at <= (later(ok, fail)?.at ?? Number.NEGATIVE_INFINITY)) return undefined;
  return { first: start.at, last: lastStart(pulses)?.at ?? start.at };
}

/** The latest start of all. */
export function lastStart({ start, again }: Pulses): Pulse | undefined {
  return later(start, again);
}

/** How long the last finished run took in milliseconds; undefined when it did not say when it began. */
export function runOf(pulses: Pulses): number | undefined {
  const { ok, fail } = pulses;
  const start = lastStart(pulses);
  const end = later(ok, fail);
  const other = end === ok ? fail : ok;
  if (start === undefined || end === undefined || start.at > end.at) return undefined;
  // Between the start and this end lies another end: the start was that one's.
  return other !== undefined && other.at >= start.at ? undefined : end.at - start.at;
}

/** The later of two pulses. */
export function later(one: Pulse | undefined, other: Pulse | undefined): Pulse | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.at >= one.at ? other : one;
}
