import type { EvaluateOptions, From } from '../report.ts';
import { type Family, formatIp, type Ip, parseIp } from '../rules/addresses.ts';
import { packetFrom } from '../rules/packet.ts';
import { type Askers, askersOf } from './askers.ts';
import { sayCause } from './cause-text.ts';
import type { DockerContainer, DockerNetwork, DockerView, PublishedPort } from './docker.ts';
import type { Stranger } from './strangers.ts';
import { type Destination, destinationOf, faultOf } from './targets.ts';
import { type Outcome, type Surroundings, travel } from './travel.ts';
import { type Judged, judgeOutcome, judgeTogether, sentence } from './verdict.ts';

/** One published port seen from one place, with what became of every possible way. */
export interface PortView extends Judged {
  readonly destination: Destination;
  readonly from: From;
  /** Blocked, and nobody is meant to reach it that way: bound to loopback, or by a family that is not Docker's there. */
  readonly isOnPurpose: boolean;
  readonly outcomes: readonly Outcome[];
}

const LOOPBACK: Readonly<Record<Family, Ip>> = { 4: 0x7f_00_00_01, 6: 1n };

/** Looks at every published port from outside, from this host, and from Docker's other bridges. */
export function viewPorts(docker: DockerView, around: Surroundings, options: EvaluateOptions): PortView[] {
  const askers = askersOf(around, options);
  return docker.containers.flatMap((container) =>
    container.published.flatMap((published) => viewsOf(container, published, docker, around, askers)),
  );
}

function viewsOf(
  container: DockerContainer,
  published: PublishedPort,
  docker: DockerView,
  around: Surroundings,
  askers: Askers,
): PortView[] {
  const { host } = around;
  const { family } = published;
  const destination = destinationOf(container, published, docker, host);
  const bound = parseIp(published.hostAddress)?.ip ?? 0;
  const views: PortView[] = [];
  const strangers = askers.outside(family);
  const outer = strangers[0]?.enters;
  const own = outer === undefined ? undefined : host.addressesOf(outer, family).find((one) => !one.isLinkLocal)?.ip;
  const isAny = Number(bound) === 0;
  const at = isAny || isPrivate(published) ? own : bound;
  views.push(
    at === undefined || strangers.length === 0
      ? { ...noWayIn(family), destination, from: 'outside', isOnPurpose: true, outcomes: [] }
      : excuse(viewFromAway(destination, 'outside', at, strangers, around, () => askers.listed(family))),
  );
  const self = isAny ? LOOPBACK[family] : bound;
  views.push(
    family === 4 || host.typeOf(self) === 'LOCAL'
      ? viewFromHost(destination, self, around)
      : { ...noWayIn(family), destination, from: 'host', isOnPurpose: true, outcomes: [] },
  );
  if (docker.isRootless) return views;
  for (const network of docker.networks.filter((one) => isOther(one, container))) {
    const gateway =
      host.addressOf(network.bridge, family) ??
      network.gateways.find((ip) => (typeof ip === 'number') === (family === 4));
    const residents = askers.within(network, family);
    const to = isAny ? gateway : isPrivate(published) ? (own ?? gateway) : bound;
    if (residents.length > 0 && to !== undefined && host.isThere(network.bridge) !== false)
      views.push(viewFromBridge(destination, network, to, residents, around));
  }
  return views;
}

function isOther(network: DockerNetwork, container: DockerContainer): boolean {
  return network.isBridge && !container.addresses.some((one) => one.network === network.name);
}

/**
 * `listed` are asked for only where all others are stopped: a list that keeps out its own says nothing of just anyone.
 * What is bound to loopback nobody is meant to reach from elsewhere; a rule may still lead there what comes for this host's own address.
 */
function viewFromAway(
  destination: Destination,
  from: From,
  dst: Ip,
  strangers: readonly Stranger[],
  around: Surroundings,
  listed: () => readonly Stranger[] = () => [],
): PortView {
  const { published } = destination;
  const unread = around.rules.unread(published.family);
  const { port: dport, proto } = published;
  const travelOf = ({ ip: src, enters }: Stranger) =>
    travel(packetFrom({ src, dst, dport, proto, in: enters }), destination, around);
  const judge = (outcome: Outcome) => judgeOutcome(outcome, unread);
  const namesOf = (all: readonly Stranger[]) => all.map(({ ip }) => formatIp(ip));
  const outcomes = strangers.map(travelOf);
  const verdicts = outcomes.map(judge);
  let judged = judgeTogether(verdicts, namesOf(strangers));
  if (judged.verdict === 'blocked') {
    const more = listed();
    judged = judgeTogether(
      [...verdicts, ...more.map((one) => judge(travelOf(one)))],
      [...namesOf(strangers), ...namesOf(more).map((one) => `${one} (listed in a set)`)],
    );
  }
  if (judged.verdict === 'blocked' && isPrivate(published))
    return { ...onPurpose(published), destination, from, isOnPurpose: true, outcomes: [] };
  return { ...judged, destination, from, isOnPurpose: false, outcomes };
}

/**
 * Docker publishes on all addresses of both families, and where it has given the container none of IPv6, docker-proxy alone would serve
 * it. A firewall that stops strangers before that, as ufw's does, is closed on purpose, and Docker has set up nothing that it breaks.
 */
function excuse(view: PortView): PortView {
  const { container, published } = view.destination;
  const isDockers = published.family === 4 || container.addresses.some(({ family }) => family === published.family);
  const isBeside = container.published.some(
    (one) =>
      one.hostAddress === '0.0.0.0' &&
      (['port', 'proto', 'containerPort'] as const).every((field) => one[field] === published[field]),
  );
  const isClosed = view.outcomes.every(({ losses }) =>
    losses.every(({ cause }) => cause.kind === 'rule' && !cause.phase.startsWith('docker-proxy')),
  );
  if (view.verdict !== 'blocked' || isDockers || !isBeside || !isClosed) return view;
  const why = `${view.why} Docker has set up no IPv6 for ${container.name}, so nothing of Docker's is broken.`;
  return { ...view, why, isOnPurpose: true };
}

function viewFromBridge(
  destination: Destination,
  network: DockerNetwork,
  dst: Ip,
  askers: readonly Stranger[],
  around: Surroundings,
): PortView {
  const from: From = `bridge:${network.name}`;
  const fault = isPrivate(destination.published) ? undefined : faultOf(network, around.host, dst);
  if (fault === undefined) return viewFromAway(destination, from, dst, askers, around);
  const why = sentence(sayCause(fault));
  return { verdict: 'blocked', why, rule: '', destination, from, isOnPurpose: false, outcomes: [] };
}

function viewFromHost(destination: Destination, dst: Ip, around: Surroundings): PortView {
  const { published } = destination;
  const packet = packetFrom({ src: dst, dst, dport: published.port, proto: published.proto, in: '' });
  const outcome = travel(packet, destination, around);
  const judged = judgeOutcome(outcome, around.rules.unread(published.family));
  return { ...judged, destination, from: 'host', isOnPurpose: false, outcomes: [outcome] };
}

function onPurpose({ hostAddress }: PublishedPort): Judged {
  const why = `It is bound to the loopback address ${hostAddress}: only this host itself is meant to reach it.`;
  return { verdict: 'blocked', why, rule: '' };
}

function noWayIn(family: Family): Judged {
  const why = `This host has no IPv${family} address that anyone could knock on.`;
  return { verdict: 'blocked', why, rule: '' };
}

/** Bound to loopback: only this host itself is meant to reach it. */
function isPrivate({ hostAddress }: PublishedPort): boolean {
  const ip = parseIp(hostAddress)?.ip ?? 0;
  return typeof ip === 'number' ? ip >>> 24 === 127 : ip === 1n;
}
