import type { FirewallFinding } from '../report.ts';
import { getOrMake } from '../rules/get-or-make.ts';
import { describeDecision, packetsOf } from '../rules/model.ts';
import type { Cause } from './cause.ts';
import { sayCause } from './cause-text.ts';
import type { PortView } from './ports.ts';
import { sentence } from './verdict.ts';

interface Group {
  readonly cause: Cause;
  readonly labels: Set<string>;
  /** Strangers are stopped, and not only the host itself. */
  fromOutside: boolean;
}

/** One finding for each cause that makes ports unreachable, however many they are. Isolation between bridges is not one. */
export function findBlocked(views: readonly PortView[]): FirewallFinding[] {
  const groups = new Map<string, Group>();
  for (const view of views) {
    if (view.verdict !== 'blocked' || view.isOnPurpose || view.from.startsWith('bridge:')) continue;
    const cause = view.outcomes.flatMap(({ losses }) => losses)[0]?.cause;
    if (cause === undefined) continue;
    const key = keyOf(cause);
    const group = getOrMake(groups, key, (): Group => ({ cause, labels: new Set(), fromOutside: false }));
    group.labels.add(labelOf(view));
    if (view.from === 'outside') group.fromOutside = true;
  }
  return [...groups.values()].map(findingOf);
}

/** A published port in words: `web:8080/tcp`. */
export function labelOf({ destination: { container, published } }: Pick<PortView, 'destination'>): string {
  return `${container.name}:${published.port}/${published.proto}`;
}

/** What a finding about these ports is about. */
export function subjectOf(labels: ReadonlySet<string>): string {
  const [only] = labels;
  return only !== undefined && labels.size === 1 ? only : `${labels.size} published ports`;
}

function keyOf(cause: Cause): string {
  return cause.kind === 'rule' ? `${describeDecision(cause.decision)} ${cause.phase.endsWith('reply')}` : cause.says;
}

function findingOf({ cause, labels, fromOutside }: Group): FirewallFinding {
  const { says, fix } = sayCause(cause);
  const stopped = labels.size === 1 ? [] : [`stopped: ${[...labels].join(', ')}`];
  return {
    check: cause.kind === 'rule' ? 'forward_blocked' : cause.check,
    severity: fromOutside ? 'critical' : 'warning',
    subject: subjectOf(labels),
    says: sentence(says),
    evidence: [...evidenceOf(cause), ...stopped],
    ...(fix !== undefined && { fix }),
  };
}

function evidenceOf(cause: Cause): readonly string[] {
  if (cause.kind === 'host') return cause.evidence;
  const packets = packetsOf(cause.decision);
  return [`${describeDecision(cause.decision)}${packets === undefined ? '' : `, ${packets} packets so far`}`];
}
