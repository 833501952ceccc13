import type { Check } from '../../model/finding.ts';
import type { Monitor } from '../../model/monitor.ts';
import { reason } from '../../model/reason.ts';
import type { Stand } from '../../model/standing.ts';
import { SECOND } from '../../model/time.ts';
import type { Entry } from './entry.ts';
import type { Seeing } from './series.ts';

/** How old a canary's word may be. Not zero: two failing canaries would go on asking for each other. */
const CANARY_AGE_MS = 5 * SECOND;

/** What is known of the other monitors, whose trouble may explain this one's. */
export interface Witnesses {
  readonly online: readonly string[];
  readonly monitorOf: (name: string) => Monitor | undefined;
  readonly entriesOf: (monitor: string) => readonly Entry[];
  readonly ownOf: (monitor: string) => Stand | undefined;
}

export type Excuse = Pick<Seeing, 'verdict' | 'reason' | 'blind'>;

/** The monitors to check anew before a bad check is judged: what it needs, and the canaries of its vantage, where they were last checked before it. */
export function toAskAnew(monitor: Monitor, check: Check, witnesses: Witnesses): readonly string[] {
  const { online, entriesOf, ownOf } = witnesses;
  const isOlder = ({ latest }: Entry, steadyAt: number) => latest === undefined || latest.steadyAt < steadyAt;
  const doubted = monitor.needs.filter(
    (name) => ownOf(name)?.standing !== 'down' && entriesOf(name).some((entry) => isOlder(entry, check.steadyAt)),
  );
  const canaries = online.filter(
    (name) =>
      name !== monitor.name &&
      entriesOf(name).some(
        (entry) => entry.vantage === check.vantage && isOlder(entry, check.steadyAt - CANARY_AGE_MS),
      ),
  );
  return [...new Set([...doubted, ...canaries])];
}

/**
 * Whether a bad finding says nothing about its monitor, by what is known now: the box itself is offline, or what the monitor
 * needs is down. `wait` where that is in doubt, as what would explain it has failed but is not judged yet: it soon will be.
 */
export function excuseFor(monitor: Monitor, vantage: string, witnesses: Witnesses): Excuse | 'wait' | undefined {
  const offline = offlineAt(vantage, witnesses);
  if (offline === true) return { verdict: 'unknown', reason: ['this box itself is offline'], blind: 'offline' };
  for (const name of monitor.needs) {
    const parent = witnesses.ownOf(name);
    if (parent?.standing === 'down') return unreachable(name, witnesses.monitorOf(name)?.title ?? name);
    if (parent?.blind === 'unreachable') return { verdict: 'unknown', reason: parent.reason, blind: 'unreachable' };
  }
  return offline === 'perhaps' || monitor.needs.some((name) => isInDoubt(witnesses.entriesOf(name)))
    ? 'wait'
    : undefined;
}

/** All canaries of a vantage have failed: surely so when each has as often as its own outage would need. They say nothing of other vantages. */
function offlineAt(vantage: string, { online, entriesOf, monitorOf }: Witnesses): boolean | 'perhaps' {
  const canaries = online.flatMap((name) => entriesOf(name).filter((entry) => entry.vantage === vantage));
  if (canaries.length === 0 || !canaries.every(({ latest }) => latest?.verdict === 'down')) return false;
  const isSure = ({ monitor, latest }: Entry) => (latest?.badInARow ?? 0) >= (monitorOf(monitor)?.confirm.bad ?? 1);
  return canaries.every(isSure) || 'perhaps';
}

/** Whether every vantage that sees it has just failed, and that is not judged yet. What is excused itself is no doubt: no judgement will come. */
function isInDoubt(entries: readonly Entry[]): boolean {
  const seeing = entries.filter(({ latest }) => latest !== undefined && latest.verdict !== 'unknown');
  return (
    seeing.length > 0 && seeing.every(({ latest }) => latest?.verdict === 'down') && seeing.some(isJudgementPending)
  );
}

function isJudgementPending({ latest, concludedAt, series }: Entry): boolean {
  return latest?.steadyAt !== concludedAt || series.held !== undefined || series.worse[2] !== undefined;
}

/** What is said of a monitor behind one that is down. */
function unreachable(parent: string, title: string): Excuse {
  return {
    verdict: 'unknown',
    reason: reason`unreachable because of ${{ monitor: parent, title }}`,
    blind: 'unreachable',
  };
}
