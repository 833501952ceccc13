import { type Family, type Ip, type IpRange, isWithin, parseIp, prefixRange } from '../rules/addresses.ts';
import { getOrMake } from '../rules/get-or-make.ts';
import { readSets } from '../rules/ipset-save.ts';
import type { Packet, World } from '../rules/packet.ts';
import type { Snapshot } from '../snapshot.ts';
import type { DockerNetwork } from './docker.ts';
import { readPolicies } from './policies.ts';
import { readRoutes } from './routes.ts';

/** The host's interfaces, addresses and routes, and which of them are Docker's. */
export interface Topology extends World {
  /** Addresses of an interface with their subnets, link-local ones last. */
  readonly addressesOf: (device: string, family: Family) => readonly OwnAddress[];
  /** Whether an interface is there and switched on; undefined when links could not be read. */
  readonly isUp: (device: string) => boolean | undefined;
  readonly isThere: (device: string) => boolean | undefined;
  /** Whether it is the bridge of one of Docker's networks. */
  readonly isDockersBridge: (device: string) => boolean;
  /** The interface that strangers enter by. */
  readonly outer: (family: Family) => string | undefined;
  /** Why a route leads nowhere: `blackhole`; undefined when it leads somewhere, or there is none. */
  readonly routeKind: (ip: Ip) => string | undefined;
  /** The rule, as ip-rule(8) writes it, that may send a packet another way than the main table of routes; undefined when none may. */
  readonly policyFor: (packet: Packet) => string | undefined;
  /** The interfaces that are ports of a bridge. */
  readonly portsOf: (bridge: string) => readonly string[];
  /** Whether what passes bridges is shown to the rules of its family (`br_netfilter`). */
  readonly looksIntoBridges: (family: Family) => boolean;
  readonly sysctl: (name: string) => string | undefined;
}

export interface OwnAddress {
  readonly ip: Ip;
  readonly subnet: IpRange;
  readonly isLinkLocal: boolean;
}

const LOOPBACK = prefixRange(4, 0x7f_00_00_00, 8);
const MULTICAST = [prefixRange(4, 0xe0_00_00_00, 4), prefixRange(6, 0xffn << 120n, 8)];
const LINK_LOCAL = prefixRange(6, 0xfe80n << 112n, 10);

/** What a snapshot says of the host's place in its networks. */
export function readTopology(snapshot: Snapshot, networks: readonly DockerNetwork[]): Topology {
  const own = ownAddresses(snapshot);
  const locals = new Set([...own.values()].flatMap((list) => list.map(({ ip }) => ip)));
  const broadcasts = new Set<Ip>([0xff_ff_ff_ff]);
  for (const { type, dst } of snapshot.routes4) if (type === 'broadcast') broadcasts.add(parseIp(dst)?.ip ?? -1);
  const routes = { 4: readRoutes(snapshot, 4, own), 6: readRoutes(snapshot, 6, own) };
  const policies = { 4: readPolicies(snapshot, 4, routes[4]), 6: readPolicies(snapshot, 6, routes[6]) };
  const links = new Map(snapshot.links.map((link) => [link.ifname, link]));
  const linksUnread = snapshot.missing.some(({ part }) => part === 'links') || links.size === 0;
  const subnets = networks.filter(({ isBridge }) => isBridge).flatMap((network) => network.subnets);
  const dockers = new Set(networks.map(({ bridge }) => bridge));
  const isLocal = (ip: Ip) => locals.has(ip) || isWithin(LOOPBACK, ip);
  const byFamily = new Map<string, readonly OwnAddress[]>();
  const addressesOf = (device: string, family: Family) =>
    getOrMake(byFamily, `${device} ${family}`, () =>
      (own.get(device) ?? []).filter(({ subnet }) => subnet.family === family),
    );
  const ports = new Map<string, string[]>();
  for (const { ifname, master } of snapshot.links)
    if (master !== undefined) getOrMake(ports, master, (): string[] => []).push(ifname);
  const found = new Map<Ip, string | undefined>();
  const topology: Topology = {
    addressesOf,
    typeOf: (ip, device) => {
      if (device === undefined ? isLocal(ip) : (own.get(device) ?? []).some((one) => one.ip === ip)) return 'LOCAL';
      if (device === 'lo' && isWithin(LOOPBACK, ip)) return 'LOCAL';
      if (broadcasts.has(ip)) return 'BROADCAST';
      return MULTICAST.some((range) => isWithin(range, ip)) ? 'MULTICAST' : 'UNICAST';
    },
    routeTo: (ip) => {
      if (isLocal(ip)) return 'lo';
      return getOrMake(
        found,
        ip,
        () => routes[typeof ip === 'number' ? 4 : 6].find(({ range }) => isWithin(range, ip))?.device,
      );
    },
    addressOf: (device, family) => addressesOf(device, family)[0]?.ip,
    sourceOf: (device, family) => {
      const others = [...own.keys()].flatMap((name) => addressesOf(name, family));
      return [...addressesOf(device, family), ...others].find(({ ip }) => !isWithin(LOOPBACK, ip))?.ip;
    },
    isBridge: (device) => dockers.has(device) || links.get(device)?.linkinfo?.info_kind === 'bridge',
    sets: readSets(snapshot),
    isDockers: (ip) => subnets.some((range) => isWithin(range, ip)),
    isUp: (device) => (linksUnread ? undefined : (links.get(device)?.flags.includes('UP') ?? false)),
    isDockersBridge: (device) => dockers.has(device),
    isThere: (device) => (linksUnread ? undefined : links.has(device)),
    routeKind: (ip) => routes[typeof ip === 'number' ? 4 : 6].find(({ range }) => isWithin(range, ip))?.kind,
    policyFor: (packet) => (isLocal(packet.dst) ? undefined : policies[packet.family](packet)),
    portsOf: (bridge) => ports.get(bridge) ?? [],
    outer: (family) =>
      routes[family].find(({ bits }) => bits === 0)?.device ??
      [...own.keys()].find(
        (device) =>
          device !== 'lo' &&
          !dockers.has(device) &&
          links.get(device)?.flags.includes('UP') !== false &&
          addressesOf(device, family).some((one) => !one.isLinkLocal),
      ),
    looksIntoBridges: (family) =>
      snapshot.sysctls[`net.bridge.bridge-nf-call-${family === 4 ? 'iptables' : 'ip6tables'}`] === '1',
    sysctl: (name) => snapshot.sysctls[name],
  };
  return topology;
}

function ownAddresses({ addresses }: Snapshot): Map<string, OwnAddress[]> {
  const own = new Map<string, OwnAddress[]>();
  for (const { ifname, addr_info } of addresses) {
    const list = addr_info.flatMap(({ local, prefixlen }): OwnAddress[] => {
      const parsed = parseIp(local ?? '');
      if (parsed === undefined) return [];
      const subnet = prefixRange(parsed.family, parsed.ip, prefixlen ?? (parsed.family === 4 ? 32 : 128));
      return [{ ip: parsed.ip, subnet, isLinkLocal: isWithin(LINK_LOCAL, parsed.ip) }];
    });
    own.set(ifname, [...list.filter((one) => !one.isLinkLocal), ...list.filter((one) => one.isLinkLocal)]);
  }
  return own;
}

/** An address in a subnet that is none of those, nor to be avoided: somebody else there. Undefined when it has no room. */
export function neighbourIn(subnet: IpRange, taken: readonly Ip[], avoid = (_: Ip) => false): Ip | undefined {
  const one = subnet.family === 4 ? 1 : 1n;
  const used = new Set<Ip>(taken);
  // From the far end, where hand-given addresses are rare; never the network's own or the broadcast address.
  for (let back = 2; back < 258; back++) {
    const ip = minus(subnet.high, back, one);
    if (ip <= subnet.low) return undefined;
    if (!used.has(ip) && !avoid(ip)) return ip;
  }
  return undefined;
}

function minus(ip: Ip, count: number, one: number | bigint): Ip {
  return typeof ip === 'bigint' || typeof one === 'bigint' ? BigInt(ip) - BigInt(count) : ip - count;
}
