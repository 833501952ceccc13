import type { DockerState } from '../../../exporters/docker-firewall/snapshot.ts';

const BRIDGES = {
  bridge: ['docker0', '172.17.0', 'fd00:17::'],
  backend: ['br-backend', '172.18.0', 'fd00:18::'],
} as const;

/** The containers by network, with the end of their addresses. */
const MEMBERS = { bridge: { web: 2, spare: 3 }, backend: { app: 2 } } as const;

/**
 * What the Engine API of a newer Docker says of `web`, `spare` and `app`, whose networks have addresses of IPv6 too when `six` is true: 29
 * has no addresses outside of the networks any more.
 */
export function dockerStateOf(
  version: '28.0.1' | '28.5.2' | '29.1.3',
  driver: 'iptables' | 'nftables',
  six = false,
): DockerState {
  const onSix = six ? ['2001:db8:113::1:8085'] : [];
  return {
    version: { Version: version, ApiVersion: version.startsWith('28') ? '1.51' : '1.52', Os: 'linux' },
    info: {
      ServerVersion: version,
      IPv4Forwarding: true,
      BridgeNfIptables: true,
      Swarm: { LocalNodeState: 'inactive' },
      FirewallBackend: { Driver: driver },
      Warnings: null,
    },
    containers: [
      container(
        'web',
        'bridge',
        MEMBERS.bridge.web,
        { '53/udp': ['5353'], '80/tcp': ['8080', '127.0.0.1:8081', '203.0.113.1:8083', ...onSix] },
        six,
      ),
      container('spare', 'bridge', MEMBERS.bridge.spare, {}, six),
      container('app', 'backend', MEMBERS.backend.app, { '80/tcp': ['8082'] }, six),
    ],
    networks: [network('bridge', six), network('backend', six)],
  };
}

function network(name: keyof typeof BRIDGES, six: boolean): Readonly<Record<string, unknown>> {
  const [bridge, prefix, prefix6] = BRIDGES[name];
  return {
    Name: name,
    Id: `network-${name}`,
    Scope: 'local',
    Driver: 'bridge',
    EnableIPv4: true,
    EnableIPv6: six,
    IPAM: {
      Driver: 'default',
      Config: [
        { Subnet: `${prefix}.0/16`, Gateway: `${prefix}.1` },
        ...(six ? [{ Subnet: `${prefix6}/64`, Gateway: `${prefix6}1` }] : []),
      ],
    },
    Internal: false,
    Options: {
      'com.docker.network.bridge.name': bridge,
      ...(name === 'bridge' && { 'com.docker.network.bridge.default_bridge': 'true' }),
    },
    Containers: Object.fromEntries(
      Object.entries(MEMBERS[name]).map(([member, host]) => [
        `container-${member}`,
        { Name: member, IPv4Address: `${prefix}.${host}/16`, IPv6Address: six ? `${prefix6}${host}/64` : '' },
      ]),
    ),
  };
}

function container(
  name: string,
  network: keyof typeof BRIDGES,
  host: number,
  publishes: Readonly<Record<string, readonly string[]>>,
  six: boolean,
): Readonly<Record<string, unknown>> {
  const [, prefix, prefix6] = BRIDGES[network];
  const address = `${prefix}.${host}`;
  return {
    Id: `container-${name}`,
    Name: `/${name}`,
    State: { Status: 'running', Running: true, Paused: false, Pid: 1 },
    HostConfig: { NetworkMode: network, PublishAllPorts: false },
    NetworkSettings: {
      Ports: Object.fromEntries(Object.entries(publishes).map(([inner, all]) => [inner, all.flatMap(bindingsOf)])),
      Networks: {
        [network]: {
          NetworkID: `network-${network}`,
          Gateway: `${prefix}.1`,
          IPAddress: address,
          IPPrefixLen: 16,
          GlobalIPv6Address: six ? `${prefix6}${host}` : '',
          ...(six && { GlobalIPv6PrefixLen: 64, IPv6Gateway: `${prefix6}1` }),
        },
      },
    },
  };
}

/** Without an address a port is published on all of both families. */
function bindingsOf(text: string): readonly { HostIp: string; HostPort: string }[] {
  const [, address, port = ''] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  return (address === undefined ? ['0.0.0.0', '::'] : [address]).map((HostIp) => ({ HostIp, HostPort: port }));
}
