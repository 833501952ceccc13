import { type Family, formatIp, type Ip } from '../rules/addresses.ts';
import type { Packet } from '../rules/packet.ts';
import type { Cause } from './cause.ts';
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
  readonly foreignReply: (packet: Packet) => Cause;
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
      if (network !== undefined && out !== network.bridge) return bridgeGone(network, dst, out, host);
      if (dport !== published.containerPort && mine.size > 0)
        return wrongPort(dst, dport, published.containerPort, label);
      return isLoopback(src) ? notMasqueraded(network) : undefined;
    },
    nobodyListens: ({ dport, family }) => ({
      kind: 'host',
      check: 'dnat_missing',
      says: `no DNAT rule leads port ${dport}/${published.proto} to ${container.name}, and nobody listens on it in its place`,
      evidence: [
        `no rule in any nat PREROUTING chain for ${family === 4 ? 'IPv4' : 'IPv6'} ${published.proto} port ${dport}`,
      ],
      fix: 'systemctl restart docker',
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
      fix: 'systemctl restart docker',
    };
  return {
    kind: 'host',
    check: 'wrong_target',
    says: `the DNAT rule of ${label} leads to ${formatIp(ip)}, which is the container ${owner}`,
    evidence: [`${formatIp(ip)} is ${owner}`],
    fix: 'systemctl restart docker',
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
    says: `the DNAT rule of ${label} leads to port ${port} of ${formatIp(ip)} instead of ${wanted}`,
    evidence: [],
    fix: 'systemctl restart docker',
  };
}

function bridgeGone(network: DockerNetwork, ip: Ip, out: string, host: Topology): Cause {
  const { bridge, name } = network;
  const state =
    host.isThere(bridge) === false
      ? 'does not exist'
      : host.isUp(bridge) === false
        ? 'is down'
        : `has lost its address, so that packets to ${formatIp(ip)} ${out === '' ? 'go nowhere' : `leave by ${out}`}`;
  const gateway = network.gateways.find((one) => typeof one === typeof ip);
  const isThere = host.isThere(bridge) !== false;
  return {
    kind: 'host',
    check: 'bridge_down',
    says: `the bridge ${bridge} of network ${name} ${state}`,
    evidence: [`ip link show ${bridge}`, `ip address show ${bridge}`],
    fix: !isThere
      ? 'systemctl restart docker'
      : host.isUp(bridge) === false || gateway === undefined
        ? `ip link set ${bridge} up`
        : `ip address add ${formatIp(gateway)}/${prefixOf(network, gateway)} dev ${bridge}`,
  };
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
    fix: 'systemctl restart docker',
  };
}

function isLoopback(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 24 === 127 : ip === 1n;
}
