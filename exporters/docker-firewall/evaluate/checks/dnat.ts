import type { FirewallFinding } from '../../report.ts';
import { getOrMake } from '../../rules/get-or-make.ts';
import { describeDecision } from '../../rules/model.ts';
import type { Flow } from '../flow.ts';
import { labelOf, subjectOf } from '../labels.ts';
import type { PortView } from '../ports.ts';
import { sentence } from '../verdict.ts';
import type { Situation } from './situation.ts';

interface Group {
  readonly reason: string;
  readonly fix: string;
  readonly evidence: readonly string[];
  readonly views: PortView[];
}

/** `dnat_missing`: strangers are not led to the container. Where docker-proxy answers in its place it is a warning. */
export function findMissingDnat(situation: Situation): FirewallFinding[] {
  const { docker, homes, views } = situation;
  if (docker.isRootless || docker.writesNoRules) return [];
  const groups = new Map<string, Group>();
  for (const view of views) {
    const { container, published } = view.destination;
    const isV6 = published.family === 6;
    const isTranslated = container.addresses.some(({ family }) => family === published.family);
    const nobody = view.verdict === 'blocked' && hasNobody(view);
    if (view.isOnPurpose || view.verdict === 'unknown' || view.from.startsWith('bridge:')) continue;
    // Without ip6tables docker-proxy alone serves IPv6.
    if (!nobody && (!isTranslated || (isV6 && homes[6].length === 0))) continue;
    const wentLocal = view.from === 'outside' && view.outcomes.every((outcome) => outcome.wentLocal);
    if (!nobody && !wentLocal) continue;
    const made = groupOf(view, situation);
    getOrMake(groups, made.reason, () => made).views.push(view);
  }
  return [...groups.values()].map(findingOf);
}

function hasNobody({ outcomes }: PortView): boolean {
  return outcomes.some(({ losses }) =>
    losses.some(({ cause }) => cause.kind === 'host' && cause.check === 'dnat_missing'),
  );
}

function findingOf({ reason, fix, evidence, views }: Group): FirewallFinding {
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
    fix,
  };
}

function groupOf(view: PortView, { homes, missing }: Situation): Group {
  const { family } = view.destination.published;
  const group = (reason: string, evidence: readonly string[] = [], fix = 'systemctl restart docker'): Group => ({
    reason,
    evidence,
    fix,
    views: [],
  });
  const diverted = view.outcomes
    .flatMap(flowsOf)
    .map(diversionOf)
    .find((one) => one !== undefined);
  if (diverted !== undefined)
    return group(`the rule ${diverted} takes the packets away first`, [diverted], 'take that rule away');
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
function diversionOf(flow: Flow): string | undefined {
  for (let trail = flow.trail; trail !== undefined; trail = trail.before) {
    if (typeof trail.step !== 'object' || trail.step.rule === undefined) continue;
    const { rule } = trail.step;
    if (rule.actions.some((action) => action.do === 'dnat' && action.own === true)) return describeDecision(trail.step);
  }
  return flow.untrackedBy === undefined ? undefined : describeDecision(flow.untrackedBy);
}
