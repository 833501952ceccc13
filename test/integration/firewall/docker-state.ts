import type { DockerState } from '../../../exporters/docker-firewall/snapshot.ts';

const BRIDGES = { bridge: ['docker0', '172.17.0'], backend: ['br-backend', '172.18.0'] } as const;

/** What the Engine API of a newer Docker says of `web`, `spare` and `app`: 29 has no addresses outside of the networks any more. */
export function dockerStateOf(version: '28.5.2' | '29.1.3', driver: 'iptables' | 'nftables'): DockerState {
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
      container('web', 'bridge', 2, { '53/udp': ['5353'], '80/tcp': ['8080', '127.0.0.1:8081', '203.0.113.1:8083'] }),
      container('spare', 'bridge', 3, {}),
      container('app', 'backend', 2, { '80/tcp': ['8082'] }),
    ],
    networks: Object.entries(BRIDGES).map(([name, [bridge, prefix]]) => ({
      Name: name,
      Id: `network-${name}`,
      Scope: 'local',
      Driver: 'bridge',
      EnableIPv4: true,
      EnableIPv6: false,
      IPAM: { Driver: 'default', Config: [{ Subnet: `${prefix}.0/16`, Gateway: `${prefix}.1` }] },
      Internal: false,
      Options: {
        'com.docker.network.bridge.name': bridge,
        ...(name === 'bridge' && { 'com.docker.network.bridge.default_bridge': 'true' }),
      },
    })),
  };
}

function container(
  name: string,
  network: keyof typeof BRIDGES,
  host: number,
  publishes: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, unknown>> {
  const [, prefix] = BRIDGES[network];
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
          GlobalIPv6Address: '',
        },
      },
    },
  };
}

/** Without an address a port is published on all of both families. */
function bindingsOf(text: string): readonly { HostIp: string; HostPort: string }[] {
  const [port = '', address] = text.split(':').reverse();
  return (address === undefined ? ['0.0.0.0', '::'] : [address]).map((HostIp) => ({ HostIp, HostPort: port }));
}
