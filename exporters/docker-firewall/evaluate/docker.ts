import { type Family, type Ip, type IpRange, parseIp, parseRange } from '../rules/addresses.ts';
import { listOf, numberOf, objectOf, textOf } from '../rules/nft-json.ts';
import type { Snapshot } from '../snapshot.ts';

/** One of Docker's networks, as far as the firewall is concerned. */
export interface DockerNetwork {
  readonly id: string;
  readonly name: string;
  /** A bridge of this host; others (macvlan, ipvlan, overlay, host, none) have no rules here. */
  readonly isBridge: boolean;
  readonly isInternal: boolean;
  readonly bridge: string;
  readonly subnets: readonly IpRange[];
  readonly gateways: readonly Ip[];
  readonly hasMasquerade: boolean;
  /** As Docker's option says: `nat`, `nat-unprotected`, `routed`, `isolated`. */
  readonly mode: (family: Family) => string;
  /** Addresses in use there, by container or endpoint name. */
  readonly members: ReadonlyMap<Ip, string>;
}

/** A running container. */
export interface DockerContainer {
  readonly id: string;
  readonly name: string;
  /** Its addresses, each with the network it has it in. */
  readonly addresses: readonly { readonly ip: Ip; readonly family: Family; readonly network: string }[];
  readonly published: readonly PublishedPort[];
}

/** A port of the host that leads to one of a container. */
export interface PublishedPort {
  readonly proto: 'tcp' | 'udp';
  readonly port: number;
  readonly containerPort: number;
  readonly hostAddress: string;
  readonly family: Family;
}

/** What Docker says that it has set up. */
export interface DockerView {
  readonly networks: readonly DockerNetwork[];
  readonly containers: readonly DockerContainer[];
  readonly isRootless: boolean;
  /** Docker was told to leave the firewall alone. */
  readonly writesNoRules: boolean;
  readonly serverVersion: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Docker's networks, running containers and published ports; empty where there is no Docker. */
export function readDocker({ docker }: Snapshot): DockerView {
  if (docker === undefined)
    return { networks: [], containers: [], isRootless: false, writesNoRules: false, serverVersion: '' };
  const networks = docker.networks.map((network) => networkOf(network, docker.containers));
  return {
    networks,
    containers: docker.containers.map(containerOf).filter((one) => one !== undefined),
    isRootless: listOf(docker.info.SecurityOptions).some((one) => /\bname=rootless\b/.test(String(one))),
    writesNoRules: docker.settings?.iptables === false,
    serverVersion: textOf(docker.version.Version) ?? textOf(docker.info.ServerVersion) ?? '',
  };
}

function networkOf(json: Json, containers: readonly Json[]): DockerNetwork {
  const options = objectOf(json.Options) ?? {};
  const option = (name: string) => textOf(options[`com.docker.network.bridge.${name}`]);
  const id = textOf(json.Id) ?? '';
  const configs = listOf(objectOf(json.IPAM)?.Config).map((one) => objectOf(one) ?? {});
  return {
    id,
    name: textOf(json.Name) ?? '',
    isBridge: json.Driver === 'bridge',
    isInternal: json.Internal === true,
    bridge: option('name') ?? `br-${id.slice(0, 12)}`,
    subnets: configs.map(({ Subnet }) => parseRange(textOf(Subnet) ?? '')).filter((one) => one !== undefined),
    gateways: [...configs.map(({ Gateway }) => Gateway), ...gatewaysSeen(textOf(json.Name) ?? '', containers)]
      .map((gateway) => parseIp((textOf(gateway) ?? '').replace(/\/.*$/, ''))?.ip)
      .filter((one) => one !== undefined),
    hasMasquerade: option('enable_ip_masquerade') !== 'false',
    mode: (family) => option(family === 4 ? 'gateway_mode_ipv4' : 'gateway_mode_ipv6') ?? 'nat',
    members: membersOf(objectOf(json.Containers) ?? {}),
  };
}

/** Docker does not always say a network's gateway itself, but its containers know it. */
function gatewaysSeen(name: string, containers: readonly Json[]): unknown[] {
  return containers.flatMap((container) => {
    const endpoint = objectOf(objectOf(objectOf(container.NetworkSettings)?.Networks)?.[name]);
    return [endpoint?.Gateway, endpoint?.IPv6Gateway];
  });
}

function membersOf(containers: Json): ReadonlyMap<Ip, string> {
  const members = new Map<Ip, string>();
  for (const entry of Object.values(containers)) {
    const endpoint = objectOf(entry) ?? {};
    for (const address of [endpoint.IPv4Address, endpoint.IPv6Address]) {
      const ip = parseIp((textOf(address) ?? '').replace(/\/.*$/, ''))?.ip;
      if (ip !== undefined) members.set(ip, textOf(endpoint.Name) ?? '');
    }
  }
  return members;
}

function containerOf(json: Json): DockerContainer | undefined {
  if (objectOf(json.State)?.Running === false) return undefined;
  const settings = objectOf(json.NetworkSettings) ?? {};
  const id = textOf(json.Id) ?? '';
  const endpoints = Object.entries(objectOf(settings.Networks) ?? {});
  return {
    id,
    name: (textOf(json.Name) ?? id.slice(0, 12)).replace(/^\//, ''),
    addresses: endpoints.flatMap(([network, endpoint]) => {
      const fields = objectOf(endpoint) ?? {};
      return [fields.IPAddress, fields.GlobalIPv6Address].flatMap((text) => {
        const parsed = parseIp(textOf(text) ?? '');
        return parsed === undefined ? [] : [{ ...parsed, network }];
      });
    }),
    published: Object.entries(objectOf(settings.Ports) ?? {}).flatMap(([key, bindings]) => portsOf(key, bindings)),
  };
}

function portsOf(key: string, bindings: unknown): PublishedPort[] {
  const [number, proto] = key.split('/');
  if (proto !== 'tcp' && proto !== 'udp') return [];
  return listOf(bindings).flatMap((binding) => {
    const fields = objectOf(binding) ?? {};
    const port = numberOf(fields.HostPort) ?? Number(textOf(fields.HostPort) ?? Number.NaN);
    // Of a routed network there is no port of the host, and Docker says so by none or zero.
    if (!(port > 0)) return [];
    const hostAddress = textOf(fields.HostIp) || '0.0.0.0';
    const family = parseIp(hostAddress)?.family ?? 4;
    return [{ proto, port, containerPort: Number(number), hostAddress, family }];
  });
}
