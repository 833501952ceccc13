import type { EvaluateOptions, From } from '../report.ts';
import { type Family, type Ip, parseIp } from '../rules/addresses.ts';
import type { DockerContainer, DockerNetwork, DockerView, PublishedPort } from './docker.ts';
import { type Destination, destinationOf } from './targets.ts';
import { neighbourIn, type Topology } from './topology.ts';
import { type Outcome, packetFrom, type Surroundings, travel } from './travel.ts';
import { type Judged, judgeOutcome, judgeTogether } from './verdict.ts';

/** One published port seen from one place, with what became of every possible way. */
export interface PortView extends Judged {
  readonly destination: Destination;
  readonly from: From;
  /** Bound to a loopback address: nobody else is meant to reach it. */
  readonly isOnPurpose: boolean;
  readonly outcomes: readonly Outcome[];
}

/** Somebody who is not this host. */
interface Stranger {
  readonly ip: Ip;
  readonly enters: string;
}

/** Any address of the internet: one that no rule is likely to name. */
const FAR: Readonly<Record<Family, string>> = { 4: '185.88.181.77', 6: '2a05:d018:7a1:4c77::77' };
const LOOPBACK: Readonly<Record<Family, Ip>> = { 4: 0x7f_00_00_01, 6: 1n };

/** Looks at every published port from outside, from this host, and from Docker's other bridges. */
export function viewPorts(docker: DockerView, around: Surroundings, options: EvaluateOptions): PortView[] {
  return docker.containers.flatMap((container) =>
    container.published.flatMap((published) => viewsOf(container, published, docker, around, options)),
  );
}

function viewsOf(
  container: DockerContainer,
  published: PublishedPort,
  docker: DockerView,
  around: Surroundings,
  options: EvaluateOptions,
): PortView[] {
  const { host } = around;
  const { family } = published;
  const destination = destinationOf(container, published, docker, host);
  const bound = parseIp(published.hostAddress)?.ip ?? 0;
  const views: PortView[] = [];
  const strangers = strangersOf(host, family, options);
  const outer = strangers[0]?.enters;
  const own = outer === undefined ? undefined : host.addressesOf(outer, family).find((one) => !one.isLinkLocal)?.ip;
  const at = Number(bound) === 0 ? own : bound;
  views.push(
    at === undefined || strangers.length === 0
      ? { ...noWayIn(family), destination, from: 'outside', isOnPurpose: true, outcomes: [] }
      : viewFromAway(destination, 'outside', at, strangers, around),
  );
  const self = Number(bound) === 0 ? LOOPBACK[family] : bound;
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
    const asker = askerIn(network, family);
    const to = Number(bound) === 0 ? gateway : bound;
    if (asker !== undefined && to !== undefined && host.isThere(network.bridge) !== false)
      views.push(viewFromAway(destination, `bridge:${network.name}`, to, [asker], around));
  }
  return views;
}

function isOther(network: DockerNetwork, container: DockerContainer): boolean {
  return network.isBridge && !container.addresses.some((one) => one.network === network.name);
}

/** A container that might be in a network. */
function askerIn(network: DockerNetwork, family: Family): Stranger | undefined {
  const subnet = network.subnets.find((one) => one.family === family);
  const ip = subnet && neighbourIn(subnet, [...network.gateways, ...network.members.keys()]);
  return ip === undefined ? undefined : { ip, enters: network.bridge };
}

/** Who asks from outside: the one that was named, else a neighbour on the outer network and somebody from far away. */
function strangersOf(host: Topology, family: Family, options: EvaluateOptions): Stranger[] {
  const named = parseIp(options.from ?? '');
  const wanted = named?.family === family ? named.ip : undefined;
  const enters = options.enters ?? (wanted === undefined ? undefined : host.routeTo(wanted)) ?? host.outer(family);
  if (enters === undefined || enters === 'lo') return [];
  if (wanted !== undefined) return [{ ip: wanted, enters }];
  const strangers: Stranger[] = [];
  const all = host.addressesOf(enters, family).filter((one) => !one.isLinkLocal);
  const near =
    all[0] &&
    neighbourIn(
      all[0].subnet,
      all.map(({ ip }) => ip),
    );
  if (near !== undefined) strangers.push({ ip: near, enters });
  const far = parseIp(FAR[family])?.ip;
  if (far !== undefined && host.routeTo(far) === enters) strangers.push({ ip: far, enters });
  return strangers;
}

function viewFromAway(
  destination: Destination,
  from: From,
  dst: Ip,
  strangers: readonly Stranger[],
  around: Surroundings,
): PortView {
  const { published } = destination;
  if (isLoopback(dst)) return { ...onPurpose(published), destination, from, isOnPurpose: true, outcomes: [] };
  const unread = around.rules.unread(published.family);
  const outcomes = strangers.map(({ ip, enters }) =>
    travel(
      packetFrom({ src: ip, dst, dport: published.port, proto: published.proto, in: enters }),
      destination,
      around,
    ),
  );
  const judged = outcomes.map((outcome) => judgeOutcome(outcome, unread)).reduce(judgeTogether);
  return { ...judged, destination, from, isOnPurpose: false, outcomes };
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
  return { verdict: 'blocked', why, rule: '', walk: [] };
}

function noWayIn(family: Family): Judged {
  const why = `This host has no IPv${family} address that anyone could knock on.`;
  return { verdict: 'blocked', why, rule: '', walk: [] };
}

function isLoopback(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 24 === 127 : ip === 1n;
}
