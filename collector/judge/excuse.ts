import type { Check } from '../../model/finding.ts';
import type { Monitor } from '../../model/monitor.ts';
import type { Stand } from '../../model/standing.ts';
import { SECOND } from '../../model/time.ts';
import type { Entry } from './entry.ts';
import type { Seeing } from './judge.ts';

/** How old a canary's word may be. Not zero: two failing canaries would go on asking for each other. */
const CANARY_AGE_MS = 5 * SECOND;

/** What is known of the other monitors, whose trouble may explain this one's. */
export interface Witnesses {
  readonly online: readonly string[];
  readonly entriesOf: (monitor: string) => readonly Entry[];
  readonly standOf: (monitor: string) => Stand | undefined;
  readonly titleOf: (monitor: string) => string;
  /** Resolves when the monitor was checked again from all its vantages. */
  readonly recheck: (monitor: string) => Promise<void>;
}

export type Excuse = Pick<Seeing, 'verdict' | 'reason' | 'blind'>;

/**
 * Whether a bad finding says nothing about its monitor: the box itself is offline, or what the monitor needs is down.
 * `wait` where that is in doubt, as what it needs has failed but is not judged yet. Asks the witnesses anew first.
 */
export async function excuseFor(
  monitor: Monitor,
  check: Check,
  witnesses: Witnesses,
): Promise<Excuse | 'wait' | undefined> {
  const { online, standOf } = witnesses;
  const olderThan = (name: string, steadyAt: number) =>
    witnesses.entriesOf(name).some((entry) => (entry.latest?.steadyAt ?? Number.NEGATIVE_INFINITY) < steadyAt);
  const seemsDown = (name: string) => {
    const seen = witnesses.entriesOf(name);
    return seen.length > 0 && seen.every((entry) => entry.latest?.bad === true);
  };
  const doubted = monitor.needs.filter((name) => standOf(name)?.standing !== 'down' && olderThan(name, check.steadyAt));
  const canaries = online.filter((name) => name !== monitor.name && olderThan(name, check.steadyAt - CANARY_AGE_MS));
  await Promise.all([...new Set([...doubted, ...canaries])].map(witnesses.recheck));
  if (online.length > 0 && online.every((name) => name === monitor.name || seemsDown(name))) {
    return { verdict: 'unknown', reason: 'this box itself is offline', blind: 'offline' };
  }
  for (const name of monitor.needs) {
    const parent = standOf(name);
    if (parent?.standing === 'down') return unreachable(witnesses.titleOf(name));
    if (parent?.blind === 'unreachable') return { verdict: 'unknown', reason: parent.reason, blind: 'unreachable' };
    if (seemsDown(name)) return 'wait';
  }
  return undefined;
}

/** What is said of a monitor behind one that is down. */
export function unreachable(parent: string): Excuse {
  return { verdict: 'unknown', reason: `unreachable because of ${parent}`, blind: 'unreachable' };
}
