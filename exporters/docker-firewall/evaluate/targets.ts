import { type Family, formatIp, type Ip, isWithin } from '../rules/addresses.ts';
import type { Packet } from '../rules/packet.ts';
import type { Cause } from './cause.ts';
import { type Cure, RESTART_DOCKER } from './cure.ts';
import type { DockerContainer, DockerNetwork, DockerView, PublishedPort } from './docker.ts';
import type { Topology } from './topology.ts';

/** Where a packet to a published port should come, and what it means when it goes elsewhere. */
export interface Destination {
  readonly container: DockerContainer;
  readonly published: PublishedPort;
  /** The container's address that docker-proxy asks; undefined when this host has no way to it of its own (rootless). */
  readonly inside: (family: Family) => Ip | undefined;
  /** Why a packet that leaves this host does not come to the container; undefined when it does. */
  readonly strays: (packet: Packet) => Cause | undefined;
  readonly nobodyListens: (packet: Packet) => Cause;
  /** It came to a port of this host that is published for something else. */
  readonly otherPort: (packet: Packet) => Cause;
  readonly foreignReply: (packet: Packet) => Cause;
  /** Whether a container has that address. */
  readonly isTaken: (ip: Ip) => boolean;
}

/** The container and port that a published port leads to. */
export function destinationOf(
  container: DockerContainer,
  published: PublishedPort,
  docker: DockerView,
  host: Topology,
): Destination {
  const own = ownersOf(docker);
  const mine = new Set(container.addresses.map(({ ip }) => ip));
  const label = `${container.name}:${published.port}/${published.proto}`;
  return {
    container,
    published,
    inside: (family) => {
      if (docker.isRootless) return undefined;
      const { addresses } = container;
      return (addresses.find((one) => one.family === family) ?? addresses.find((one) => one.family === 4))?.ip;
    },
    strays: ({ dst, dport, out, src, dnat }) => {
      if (!mine.has(dst) && mine.size > 0)
        return dnat || own.has(dst) ? elsewhere(own.get(dst), dst, label) : notOurs(dst);
      const network = networkAt(docker.networks, dst);
      if (network !== undefined) {
        const gone = out === network.bridge ? faultOf(network, host, dst) : bridgeGone(network, dst, out, host);
        if (gone !== undefined) return gone;
      }
      if (dport !== published.containerPort && mine.size > 0)
        return wrongPort(dst, dport, published.containerPort, label);
      return isLoopback(src) ? notMasqueraded(network) : undefined;
    },
    nobodyListens: ({ dport, family }) => ({
      kind: 'host',
      check: 'dnat_missing',
      says: `no DNAT rule leads port ${published.port}/${published.proto} to ${container.name}, and nobody who passes it on listens on port ${dport}`,
      evidence: [
        `no rule in any nat chain for ${family === 4 ? 'IPv4' : 'IPv6'} ${published.proto} port ${published.port}`,
      ],
      cure: RESTART_DOCKER,
    }),
    isTaken: (ip) => own.has(ip),
    otherPort: ({ dst, dport }) => ({
      kind: 'host',
      check: 'wrong_target',
      says: `a rule leads ${label} to port ${dport} of this host at ${formatIp(dst)}, which is not published for it`,
      evidence: [],
    }),
    foreignReply: ({ src, sport }) => ({
      kind: 'host',
      check: 'forward_blocked',
      says: `the reply of ${container.name} comes back from ${formatIp(src)}:${sport}, which is not what was asked`,
      evidence: [],
    }),
  };
}

/** Who has an address: containers by name. */
export function ownersOf(docker: DockerView): ReadonlyMap<Ip, string> {
  const owners = new Map<Ip, string>();
  for (const network of docker.networks) for (const [ip, name] of network.members) owners.set(ip, name);
  for (const { name, addresses } of docker.containers) for (const { ip } of addresses) owners.set(ip, name);
  return owners;
}

/** The bridge network that an address belongs to. */
export function networkAt(networks: readonly DockerNetwork[], ip: Ip): DockerNetwork | undefined {
  return networks.find(
    ({ isBridge, subnets }) =>
      isBridge && subnets.some(({ low, high }) => typeof low === typeof ip && ip >= low && ip <= high),
  );
}

function elsewhere(owner: string | undefined, ip: Ip, label: string): Cause {
  if (owner === undefined)
    return {
      kind: 'host',
      check: 'stale_target',
      says: `the DNAT rule of ${label} leads to ${formatIp(ip)}, which no container has`,
      evidence: [`${formatIp(ip)} is in use by no container`],
      cure: RESTART_DOCKER,
    };
  return {
    kind: 'host',
    check: 'wrong_target',
    says: `the DNAT rule of ${label} leads to ${formatIp(ip)}, which is the container ${owner}`,
    evidence: [`${formatIp(ip)} is ${owner}`],
    cure: RESTART_DOCKER,
  };
}

function notOurs(ip: Ip): Cause {
  return {
    kind: 'host',
    check: 'forward_blocked',
    says: `this host does not have the address ${formatIp(ip)} that the port is published on`,
    evidence: ['ip address show'],
  };
}

function wrongPort(ip: Ip, port: number, wanted: number, label: string): Cause {
  return {
    kind: 'host',
    check: 'wrong_target',
    says: `the DNAT rule of ${label} leads to ${formatIp(ip)}:${port} instead of port ${wanted}`,
    evidence: [],
    cure: RESTART_DOCKER,
  };
}

function bridgeGone(network: DockerNetwork, ip: Ip, out: string, host: Topology): Cause {
  const found = faultOf(network, host, ip);
  if (found !== undefined) return found;
  const kind = host.routeKind(ip);
  const where = kind === undefined ? (out === '' ? 'leads nowhere' : `leads to ${out}`) : `is a ${kind}`;
  return {
    kind: 'host',
    check: 'forward_blocked',
    says: `the route to ${formatIp(ip)} ${where} instead of ${network.bridge}`,
    evidence: [`ip route get ${formatIp(ip)}`],
  };
}

/** What is wrong with a network's bridge itself, of those things that stop every packet; undefined when it is sound. */
export function faultOf(network: DockerNetwork, host: Topology, near?: Ip): Cause | undefined {
  const { bridge, name } = network;
  const family = near === undefined || typeof near === 'number' ? 4 : 6;
  const subnet = network.subnets.find((one) => one.family === family);
  const gateway = network.gateways.find((ip) => subnet !== undefined && isWithin(subnet, ip));
  const fault = (state: string, cure: Cure): Cause => ({
    kind: 'host',
    check: 'bridge_down',
    says: `the bridge ${bridge} of network ${name} ${state}`,
    evidence: [`ip link show ${bridge}`, `ip address show ${bridge}`],
    cure,
  });
  if (host.isThere(bridge) === false) return fault('does not exist', RESTART_DOCKER);
  if (host.isUp(bridge) === false) return fault('is down', { fix: `ip link set ${bridge} up` });
  const hasAddress = host.addressesOf(bridge, family).some(({ ip }) => subnet !== undefined && isWithin(subnet, ip));
  if (subnet !== undefined && !hasAddress)
    return fault(
      `has lost its address ${gateway === undefined ? 'in its subnet' : formatIp(gateway)}`,
      gateway === undefined
        ? RESTART_DOCKER
        : { fix: `ip address add ${formatIp(gateway)}/${prefixOf(network, gateway)} dev ${bridge}` },
    );
  if (host.isThere(bridge) === true && network.members.size > 0 && host.portsOf(bridge).length === 0)
    return fault('has no container on it: their interfaces have been taken out', {
      fix: `docker restart $(docker ps --quiet --filter network=${name})`,
    });
  return undefined;
}

function prefixOf({ subnets }: DockerNetwork, gateway: Ip): number {
  const subnet = subnets.find(({ low, high }) => typeof low === typeof gateway && gateway >= low && gateway <= high);
  if (subnet === undefined) return typeof gateway === 'number' ? 32 : 128;
  const size = BigInt(subnet.high) - BigInt(subnet.low) + 1n;
  return (subnet.family === 4 ? 32 : 128) - (size.toString(2).length - 1);
}

function notMasqueraded(network: DockerNetwork | undefined): Cause {
  const bridge = network?.bridge ?? 'the bridge';
  return {
    kind: 'host',
    check: 'masquerade_missing',
    says: `nothing masquerades what comes from 127.0.0.1 to ${bridge}, so that the container cannot answer it`,
    evidence: [`no MASQUERADE in nat POSTROUTING for -m addrtype --src-type LOCAL -o ${bridge}`],
    cure: RESTART_DOCKER,
  };
}

function isLoopback(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 24 === 127 : ip === 1n;
}
