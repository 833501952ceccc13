import type { FirewallFinding } from '../../report.ts';
import { getOrMake } from '../../rules/get-or-make.ts';
import { describeDecision, packetsOf } from '../../rules/model.ts';
import type { Cause } from '../cause.ts';
import { sayCause } from '../cause-text.ts';
import { labelOf, subjectOf } from '../labels.ts';
import type { PortView } from '../ports.ts';
import { sentence } from '../verdict.ts';
import { cureFor, missingBehind } from './cure-for.ts';
import type { Situation } from './situation.ts';

interface Group {
  readonly cause: Cause;
  /** What of it is stopped, in words. */
  readonly towards: Set<string>;
  readonly views: PortView[];
}

/** One finding for each cause that makes ports unreachable, however many they are. Isolation between bridges is not one. */
export function findBlocked(situation: Situation): FirewallFinding[] {
  const groups = new Map<string, Group>();
  for (const view of situation.views) {
    if (view.verdict !== 'blocked' || view.isOnPurpose || view.from.startsWith('bridge:')) continue;
    const cause = view.outcomes.flatMap(({ losses }) => losses)[0]?.cause;
    // Why there is no DNAT is another check's question.
    if (cause === undefined || (cause.kind === 'host' && cause.check === 'dnat_missing')) continue;
    const group = getOrMake(groups, keyOf(cause), (): Group => ({ cause, towards: new Set(), views: [] }));
    group.views.push(view);
    if (cause.kind === 'rule') group.towards.add(cause.towards);
  }
  return [...groups.values()].map((group) => findingOf(group, situation));
}

function keyOf(cause: Cause): string {
  return cause.kind === 'rule' ? `${describeDecision(cause.decision)} ${cause.phase.endsWith('reply')}` : cause.says;
}

function findingOf({ cause, towards, views }: Group, situation: Situation): FirewallFinding {
  const says = sayCause(cause, together(towards));
  const labels = new Set(views.map(labelOf));
  const missing = cause.kind === 'rule' ? missingBehind(cause.decision, views, situation) : [];
  const because =
    missing.length === 0 ? '' : `: Docker's ${missing.map((one) => one.says.replace(/^the /, '')).join(', and ')}`;
  return {
    check: cause.kind === 'rule' ? 'forward_blocked' : cause.check,
    severity: views.some((view) => view.from === 'outside' && !isOpenOtherwise(view, situation))
      ? 'critical'
      : 'warning',
    subject: subjectOf(labels),
    says: sentence(`${says}${because}`),
    evidence: [...evidenceOf(cause, situation), ...(labels.size === 1 ? [] : [`stopped: ${[...labels].join(', ')}`])],
    ...cureFor(cause, views, situation),
  };
}

function evidenceOf(cause: Cause, { around }: Situation): readonly string[] {
  if (cause.kind === 'host') return cause.evidence;
  const packets = packetsOf(cause.decision);
  const text = cause.decision.rule?.text ?? '';
  const sets = [...text.matchAll(/--match-set (.+?) (?:src|dst)/g)].flatMap(([, name = '']) => {
    const set = around.host.sets.get(name);
    return set === undefined ? [] : [`the set ${name} (${set.type}) has ${countOf(set.size)}: ipset list ${name}`];
  });
  return [`${describeDecision(cause.decision)}${packets === undefined ? '' : `, ${packets} packets so far`}`, ...sets];
}

function countOf(entries: number): string {
  if (entries < 2) return entries === 0 ? 'no entry' : 'one entry';
  return `${entries} entries`;
}

/** Whether only IPv6 is stopped: strangers reach the same port by IPv4. The other way round most of them are turned away. */
function isOpenOtherwise(view: PortView, { views }: Situation): boolean {
  return (
    view.destination.published.family === 6 &&
    views.some((one) => one.from === 'outside' && one.verdict === 'reachable' && labelOf(one) === labelOf(view))
  );
}

/** Several things that are stopped, in words: `traffic to docker0 and br-backend`. */
function together(towards: ReadonlySet<string>): string | undefined {
  const [first, ...more] = towards;
  if (first === undefined || more.length === 0) return first;
  const ports = [...towards].map((one) => /^traffic to port (\d+) of this host$/.exec(one)?.[1]);
  if (!ports.includes(undefined)) return `traffic to the ports ${ports.join(', ')} of this host`;
  return [...towards].join(' and ');
}
