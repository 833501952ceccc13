import type {
  DockerState,
  IpAddresses,
  IpLink,
  IpRoute,
  Listener,
  Snapshot,
} from '../../../../exporters/docker-firewall/snapshot.ts';
import { docker20, docker28 } from './docker-rules.ts';

/** A container of the world: its network, address and published ports. */
export interface Web {
  readonly name: string;
  readonly network: string;
  readonly ip: string;
  readonly ip6?: string;
  readonly ports: readonly {
    readonly host: number;
    readonly inside: number;
    readonly proto?: 'tcp' | 'udp';
    readonly at?: string;
  }[];
}

export interface Net {
  readonly name: string;
  readonly bridge: string;
  /** The first two groups of its /16: `172.17`. */
  readonly prefix: string;
  readonly isInternal?: boolean;
}

export const DOCKER0: Net = { name: 'bridge', bridge: 'docker0', prefix: '172.17' };
export const BACKEND: Net = { name: 'backend', bridge: 'br-0123456789ab', prefix: '172.18' };
export const WEB: Web = { name: 'web', network: 'bridge', ip: '172.17.0.2', ports: [{ host: 8080, inside: 80 }] };

export interface WorldOptions {
  readonly nets?: readonly Net[];
  readonly webs?: readonly Web[];
  readonly layout?: '20.10' | '28';
  readonly backend?: 'nft' | 'legacy';
  readonly hasProxy?: boolean;
  readonly forwardPolicy?: 'ACCEPT' | 'DROP';
}

/** A healthy host with Docker as it is after `docker run -p 8080:80`: 192.0.2.10 on eth0, a default route, and its rules in one backend. */
export function healthyWorld(options: WorldOptions = {}): Snapshot {
  const { nets = [DOCKER0, BACKEND], webs = [WEB], layout = '20.10', backend = 'nft', hasProxy = true } = options;
  const text = (layout === '28' ? docker28 : docker20)({
    nets,
    webs,
    hasProxy,
    forwardPolicy: options.forwardPolicy ?? 'DROP',
  });
  return {
    version: 1,
    at: Date.UTC(2026, 10, 21),
    host: { name: 'nas', kernel: '6.1.0' },
    missing: [],
    rules: backend === 'nft' ? { nft4: text } : { legacy4: text },
    nft: { nftables: [] },
    sysctls: sysctlsOf(nets, hasProxy),
    links: linksOf(nets, webs),
    addresses: addressesOf(nets),
    routes4: routesOf(nets),
    routes6: [],
    docker: dockerOf(nets, webs),
    listeners: hasProxy ? listenersOf(webs) : [],
    packaging: {
      iptablesVersion: backend === 'nft' ? 'iptables v1.8.9 (nf_tables)' : 'iptables v1.8.9 (legacy)',
      dockerdPath: '/usr/sbin/dockerd',
      versions: { 'docker.io': layout === '28' ? '28.1.1' : '20.10.24' },
    },
  };
}

/** The same snapshot with the rules of its backend changed. */
export function withRules(snapshot: Snapshot, change: (text: string) => string): Snapshot {
  const { nft4, legacy4 } = snapshot.rules;
  return {
    ...snapshot,
    rules: {
      ...snapshot.rules,
      ...(nft4 !== undefined && { nft4: change(nft4) }),
      ...(legacy4 !== undefined && { legacy4: change(legacy4) }),
    },
  };
}

/** The same snapshot without one rule, which must be there. */
export function without(snapshot: Snapshot, line: string): Snapshot {
  return withRules(snapshot, (text) => {
    const lines = text.split('\n');
    const kept = lines.filter((one) => !one.endsWith(`] ${line}`));
    if (kept.length !== lines.length - 1)
      throw new Error(`${lines.length - kept.length} lines are "${line}", and not one`);
    return kept.join('\n');
  });
}

/** The same snapshot with a rule put first in its chain of a table. */
export function withRule(snapshot: Snapshot, table: string, line: string): Snapshot {
  return withRules(snapshot, (text) => insertRule(text, table, line));
}

/** A text of iptables-save with a rule put first in its chain of a table. */
export function insertRule(text: string, table: string, line: string): string {
  const at = text.indexOf(`*${table}\n`);
  const block = text.slice(at, text.indexOf('COMMIT', at));
  const head = block.split('\n').filter((one) => one.startsWith('*') || one.startsWith(':'));
  return text.replace(block, `${head.join('\n')}\n[0:0] ${line}\n${block.split('\n').slice(head.length).join('\n')}`);
}

function sysctlsOf(nets: readonly Net[], hasProxy: boolean): Record<string, string> {
  const devices = ['all', 'eth0', 'lo', ...nets.map(({ bridge }) => bridge)];
  return {
    'net.ipv4.ip_forward': '1',
    'net.ipv6.conf.all.forwarding': '0',
    ...Object.fromEntries(
      devices.flatMap((device) => [
        [`net.ipv4.conf.${device}.forwarding`, '1'],
        [`net.ipv4.conf.${device}.rp_filter`, '0'],
        [`net.ipv4.conf.${device}.route_localnet`, hasProxy ? '0' : '1'],
      ]),
    ),
  };
}

function linksOf(nets: readonly Net[], webs: readonly Web[]): IpLink[] {
  const names = ['lo', 'eth0', ...nets.map(({ bridge }) => bridge)];
  return [
    ...names.map((ifname, at) => ({
      ifindex: at + 1,
      ifname,
      flags: ['UP', 'LOWER_UP'],
      ...(at > 1 && { linkinfo: { info_kind: 'bridge' } }),
    })),
    ...webs.map(({ name, network }, at) => ({
      ifindex: names.length + at + 1,
      ifname: `veth${name}`,
      flags: ['UP', 'LOWER_UP'],
      master: nets.find((net) => net.name === network)?.bridge ?? '',
    })),
  ];
}

function addressesOf(nets: readonly Net[]): IpAddresses[] {
  const one = (ifname: string, local: string, prefixlen: number): IpAddresses => ({
    ifname,
    addr_info: [{ family: 'inet', local, prefixlen, scope: 'global' }],
  });
  return [
    one('lo', '127.0.0.1', 8),
    one('eth0', '192.0.2.10', 24),
    ...nets.map(({ bridge, prefix }) => one(bridge, `${prefix}.0.1`, 16)),
  ];
}

function routesOf(nets: readonly Net[]): IpRoute[] {
  return [
    { dst: 'default', gateway: '192.0.2.1', dev: 'eth0' },
    { dst: '192.0.2.0/24', dev: 'eth0' },
    ...nets.map(({ bridge, prefix }) => ({ dst: `${prefix}.0.0/16`, dev: bridge })),
    { dst: '192.0.2.255', dev: 'eth0', table: 'local', type: 'broadcast' },
  ];
}

function dockerOf(nets: readonly Net[], webs: readonly Web[]): DockerState {
  return {
    version: { Version: '20.10.24', ApiVersion: '1.41' },
    info: { ServerVersion: '20.10.24', SecurityOptions: ['name=seccomp,profile=default'] },
    containers: webs.map((web) => ({
      Id: `${web.name}-id`,
      Name: `/${web.name}`,
      State: { Running: true },
      NetworkSettings: {
        Networks: { [web.network]: { IPAddress: web.ip, GlobalIPv6Address: web.ip6 ?? '' } },
        Ports: Object.fromEntries(
          web.ports.map(({ host, inside, proto = 'tcp', at = '0.0.0.0' }) => [
            `${inside}/${proto}`,
            [{ HostIp: at, HostPort: String(host) }],
          ]),
        ),
      },
    })),
    networks: nets.map((net) => ({
      Id: net.bridge.startsWith('br-') ? `${net.bridge.slice(3)}${'0'.repeat(52)}` : 'f'.repeat(64),
      Name: net.name,
      Driver: 'bridge',
      Internal: net.isInternal === true,
      IPAM: { Config: [{ Subnet: `${net.prefix}.0.0/16`, Gateway: `${net.prefix}.0.1` }] },
      Options: net.bridge.startsWith('br-') ? {} : { 'com.docker.network.bridge.name': net.bridge },
      Containers: Object.fromEntries(
        webs
          .filter(({ network }) => network === net.name)
          .map(({ name, ip }) => [`${name}-id`, { Name: name, IPv4Address: `${ip}/16` }]),
      ),
    })),
  };
}

function listenersOf(webs: readonly Web[]): Listener[] {
  return webs.flatMap(({ ports }) =>
    ports.map(({ host, proto = 'tcp', at = '0.0.0.0' }) => ({
      proto,
      address: at,
      port: host,
      program: 'docker-proxy',
    })),
  );
}
