import type { Decision } from '../../rules/model.ts';
import type { Packet } from '../../rules/packet.ts';
import type { Cause } from '../cause.ts';
import { type Cure, RESTART_DOCKER } from '../cure.ts';
import { letIn } from '../let-in.ts';
import type { PortView } from '../ports.ts';
import { dnatCure, lacksDnat } from './dnat.ts';
import type { MissingRule } from './expected.ts';
import type { Situation } from './situation.ts';

/**
 * What mends a cause that stops these ports; undefined where nothing would that touches only Docker's own or these ports. Docker's own rules
 * come first: where they are missing, what drops the packets then is not to blame.
 */
export function cureFor(cause: Cause, views: readonly PortView[], situation: Situation): Cure | undefined {
  if (cause.kind === 'host') return mends(cause, situation) ? cause.cure : undefined;
  const { decision } = cause;
  // Between its own bridges Docker stops what it should.
  const asked = views.filter(({ from }) => !from.startsWith('bridge:'));
  const [first] = asked;
  if (first === undefined) return undefined;
  if (asked.every((view) => lacksDnat(view, situation))) return dnatCure(first, situation);
  if (missingBehind(decision, asked, situation).length > 0 || isDockers(decision, situation)) return RESTART_DOCKER;
  return letIn(lostBy(decision, asked), situation.around.host);
}

/** Another start of Docker writes no rule in the backend that it has left: what mends that is said with `split_brain`. */
function mends({ check }: Cause & { kind: 'host' }, { homes }: Situation): boolean {
  const isTarget = check === 'wrong_target' || check === 'stale_target';
  return !isTarget || (homes[4].length < 2 && homes[6].length < 2);
}

/** Where Docker's own backend drops what nothing accepts, the rules of Docker that are missing there. */
export function missingBehind(
  decision: Decision,
  views: readonly PortView[],
  { homes, missing }: Situation,
): readonly MissingRule[] {
  const { chain, rule } = decision;
  const family = chain.family === 'ip6' ? 6 : 4;
  const isHome = homes[family][0]?.backend === chain.backend && chain.table === 'filter';
  if (!isHome || (rule !== undefined && chain.name !== 'DOCKER')) return [];
  const bridges = lostBy(decision, views).map(({ towards }) => /\S+$/.exec(towards)?.[0] ?? '');
  const isOfThese = (line: string) => bridges.some((bridge) => line.includes(` ${bridge} `));
  const ports = views.map(({ destination: { published } }) => `--dport ${published.containerPort} `);
  return missing[family].filter(
    ({ line, isJump, bridge }) =>
      (bridge !== undefined && bridges.includes(bridge)) ||
      (isJump && / -A? ?FORWARD|^-[AN] (?:FORWARD|DOCKER)/.test(line) && (!/ -[io] /.test(line) || isOfThese(line))) ||
      (!isJump && (isOfThese(line) || ports.some((port) => line.includes(port)))),
  );
}

/** A chain that Docker alone writes to. */
function isDockers({ chain }: Decision, { homes }: Situation): boolean {
  const [home] = homes[chain.family === 'ip6' ? 6 : 4];
  if (home?.backend !== chain.backend) return false;
  return chain.backend === 'native' ? chain.table === 'docker-bridges' : /^DOCKER(?:$|-(?!USER))/.test(chain.name);
}

interface Lost {
  readonly decision: Decision;
  readonly packet: Packet;
  readonly towards: string;
}

/** The packets to these ports that one rule or policy drops. */
function lostBy({ chain, rule }: Decision, views: readonly PortView[]): Lost[] {
  return views.flatMap(({ outcomes }) =>
    outcomes.flatMap(({ losses }) =>
      losses.flatMap(({ cause, flow: { packet } }) => {
        if (cause.kind !== 'rule') return [];
        const { decision, towards } = cause;
        const isSame = decision.chain === chain && decision.rule?.text === rule?.text;
        return isSame ? [{ decision, packet, towards }] : [];
      }),
    ),
  );
}
