import { type Instant, MINUTE, SECOND } from '../../model/time.ts';
import type { FirewallFinding } from './report.ts';

/** Drift that was seen and is not told yet: Docker's rules run ahead of what it says of itself. */
export interface Settling {
  /** When it was first seen, and when the lines were last other than before. */
  readonly since: Instant;
  readonly unchangedSince: Instant;
  readonly lines: readonly string[];
  /** What Docker has done meanwhile, in words. */
  readonly explained: readonly string[];
}

/** Drift that is still the same after so long has come to stay. */
export const SETTLE_MS = 5 * SECOND;
/** Where rules go on changing, what was there twice is told after so long. */
const LONGEST_MS = MINUTE;
const MOST_WORDS = 500;

/** What Docker has done since before the drift that is not told yet. */
export function explainedBy(settling: Settling | undefined, lately: readonly string[]): readonly string[] {
  return [...new Set([...(settling?.explained ?? []), ...lately])].slice(-MOST_WORDS);
}

/**
 * Looks at drift a second time before it is told: `told` is what has stayed, `settling` what is to be looked at again. `drift` compares the
 * rules with those before the drift began, as long as it is settling.
 */
export function settle(
  drift: FirewallFinding | undefined,
  before: Settling | undefined,
  explained: readonly string[],
  at: Instant,
): { readonly told?: FirewallFinding; readonly settling?: Settling } {
  if (drift === undefined) return {};
  const lines = drift.evidence;
  // A clock that was set back begins anew.
  if (before === undefined || at < before.unchangedSince)
    return { settling: { since: at, unchangedSince: at, lines, explained } };
  const seen = new Set(before.lines);
  const isSame = lines.every((line) => seen.has(line));
  if (isSame && at - before.unchangedSince >= SETTLE_MS) return { told: drift };
  if (at - before.since >= LONGEST_MS && lines.some((line) => seen.has(line))) return { told: drift };
  return { settling: { ...before, unchangedSince: isSame ? before.unchangedSince : at, lines, explained } };
}
