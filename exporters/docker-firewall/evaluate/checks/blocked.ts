import type { FirewallFinding } from '../../report.ts';
import { getOrMake } from '../../rules/get-or-make.ts';
import { type Decision, describeDecision, packetsOf } from '../../rules/model.ts';
import type { Cause } from '../cause.ts';
import { sayCause } from '../cause-text.ts';
import { labelOf, subjectOf } from '../labels.ts';
import type { PortView } from '../ports.ts';
import { sentence } from '../verdict.ts';
import type { MissingRule } from './expected.ts';
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
  const { says, fix } = sayCause(cause, together(towards));
  const labels = new Set(views.map(labelOf));
  const missing = cause.kind === 'rule' ? missingBehind(cause.decision, towards, situation, views) : [];
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
    ...(missing.length > 0
      ? { fix: 'systemctl restart docker' }
      : mends(cause, situation) && fix !== undefined && { fix }),
  };
}

/** Another start of Docker writes no rule in the backend that it has left: what mends that is said with `split_brain`. */
function mends(cause: Cause, { homes }: Situation): boolean {
  const isTarget = cause.kind === 'host' && (cause.check === 'wrong_target' || cause.check === 'stale_target');
  return !isTarget || (homes[4].length < 2 && homes[6].length < 2);
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

/** Where Docker's own backend drops what nothing accepts, the rules of Docker that are missing there. */
function missingBehind(
  { chain, rule }: Decision,
  towards: ReadonlySet<string>,
  { homes, missing }: Situation,
  views: readonly PortView[],
): readonly MissingRule[] {
  const family = chain.family === 'ip6' ? 6 : 4;
  const isHome = homes[family][0]?.backend === chain.backend && chain.table === 'filter';
  if (!isHome || (rule !== undefined && chain.name !== 'DOCKER')) return [];
  const bridges = [...towards].map((one) => /\S+$/.exec(one)?.[0] ?? '');
  const isOfThese = (line: string) => bridges.some((bridge) => line.includes(` ${bridge} `));
  const ports = views.map(({ destination: { published } }) => `--dport ${published.containerPort} `);
  return missing[family].filter(
    ({ line, isJump, bridge }) =>
      (bridge !== undefined && bridges.includes(bridge)) ||
      (isJump && / -A? ?FORWARD|^-[AN] (?:FORWARD|DOCKER)/.test(line) && (!/ -[io] /.test(line) || isOfThese(line))) ||
      (!isJump && (isOfThese(line) || ports.some((port) => line.includes(port)))),
  );
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
