import type { FirewallFinding } from '../../report.ts';
import { getOrMake } from '../../rules/get-or-make.ts';
import { type Decision, describeDecision } from '../../rules/model.ts';
import { type Cure, RESTART_DOCKER } from '../cure.ts';
import type { Flow } from '../flow.ts';
import { labelOf, subjectOf } from '../labels.ts';
import type { PortView } from '../ports.ts';
import { sentence } from '../verdict.ts';
import type { Situation } from './situation.ts';

interface Group {
  readonly reason: string;
  readonly cure: Cure | undefined;
  readonly evidence: readonly string[];
  readonly views: PortView[];
}

/** `dnat_missing`: strangers are not led to the container. Where docker-proxy answers in its place it is a warning. */
export function findMissingDnat(situation: Situation): FirewallFinding[] {
  const { views } = situation;
  const groups = new Map<string, Group>();
  for (const view of views) {
    if (view.isOnPurpose || view.verdict === 'unknown' || view.from.startsWith('bridge:')) continue;
    if (!lacksDnat(view, situation)) continue;
    const made = groupOf(view, situation);
    getOrMake(groups, made.reason, () => made).views.push(view);
  }
  return [...groups.values()].map(findingOf);
}

/** Whether what comes for a port stays on this host, where Docker should lead it to the container, or nobody is there to pass it on. */
export function lacksDnat(view: PortView, { docker, homes }: Situation): boolean {
  if (docker.isRootless || docker.writesNoRules) return false;
  if (view.verdict === 'blocked' && hasNobody(view)) return true;
  const { container, published } = view.destination;
  const isTranslated = container.addresses.some(({ family }) => family === published.family);
  // Without ip6tables docker-proxy alone serves IPv6.
  if (!isTranslated || (published.family === 6 && homes[6].length === 0)) return false;
  return view.from === 'outside' && view.outcomes.every((outcome) => outcome.wentLocal);
}

/** What leads a port to its container again. */
export function dnatCure(view: PortView, situation: Situation): Cure | undefined {
  return groupOf(view, situation).cure;
}

function hasNobody({ outcomes }: PortView): boolean {
  return outcomes.some(({ losses }) =>
    losses.some(({ cause }) => cause.kind === 'host' && cause.check === 'dnat_missing'),
  );
}

function findingOf({ reason, cure, evidence, views }: Group): FirewallFinding {
  const labels = new Set(views.map(labelOf));
  const blocked = views.filter(({ verdict }) => verdict === 'blocked');
  const consequence =
    blocked.length === 0
      ? 'docker-proxy answers in its place, and no container sees who really asks'
      : blocked.length < views.length
        ? 'docker-proxy answers in its place where it can'
        : 'nothing else answers strangers';
  const isHostAlone = views.every(({ from }) => from === 'host');
  return {
    check: 'dnat_missing',
    severity: blocked.some(({ from }) => from === 'outside') ? 'critical' : 'warning',
    subject: subjectOf(labels),
    says: sentence(
      isHostAlone
        ? `${reason}: this host itself does not reach ${[...labels].join(', ')}`
        : `${reason}: no DNAT leads to ${[...labels].join(', ')}; ${consequence}`,
    ),
    evidence,
    ...cure,
  };
}

function groupOf(view: PortView, situation: Situation): Group {
  const { homes, missing } = situation;
  const { family } = view.destination.published;
  const group = (reason: string, evidence: readonly string[] = []): Group => ({
    reason,
    evidence,
    cure: RESTART_DOCKER,
    views: [],
  });
  const diverted = view.outcomes
    .flatMap(flowsOf)
    .map(diversionOf)
    .find((one) => one !== undefined);
  if (diverted !== undefined)
    return {
      ...group(`the rule ${describeDecision(diverted)} takes the packets away first`, [describeDecision(diverted)]),
      cure: aroundDiversion(diverted, view, situation),
    };
  const [home] = homes[family];
  if (home === undefined) return group("Docker's DNAT rules stand in no backend");
  const hook = view.from === 'host' ? 'OUTPUT' : 'PREROUTING';
  const jump = missing[family].find(
    ({ says }) => says.startsWith(`nat ${hook} `) || says === 'the chain nat DOCKER is gone',
  );
  if (jump !== undefined) return group(`${home.program}: ${jump.says}`, [`missing: ${jump.line}`]);
  return group(`the rule of that port in nat DOCKER of ${home.program} is gone`, [
    `missing: -A DOCKER … --dport ${view.destination.published.port} -j DNAT`,
  ]);
}

function flowsOf({ arrivals, losses }: PortView['outcomes'][number]): Flow[] {
  return [...arrivals, ...losses].map(({ flow }) => flow);
}

/** The rule that sent a packet elsewhere on this host, or out of conntrack's hands. */
function diversionOf(flow: Flow): Decision | undefined {
  for (let trail = flow.trail; trail !== undefined; trail = trail.before) {
    if (typeof trail.step !== 'object' || trail.step.rule === undefined) continue;
    const { rule } = trail.step;
    if (rule.actions.some((action) => action.do === 'dnat' && action.own === true)) return trail.step;
  }
  return flow.untrackedBy;
}

/** Leads this one port past the rule to Docker's own, where the rule stands in Docker's backend; of another's that cannot be told. */
function aroundDiversion({ chain, rule }: Decision, view: PortView, { homes }: Situation): Cure | undefined {
  const { port, proto, family } = view.destination.published;
  const [home] = homes[family];
  const isSame = home?.backend === chain.backend && chain.backend !== 'native' && chain.table === 'nat';
  const at = rule === undefined ? -1 : chain.lines().indexOf(rule.text);
  if (!isSame || at < 0) return undefined;
  const place = `-I ${chain.name} ${at + 1} -p ${proto} -m ${proto} --dport ${port}`;
  return { fix: `${home.program} -t nat ${place} -m addrtype --dst-type LOCAL -j DOCKER` };
}
