import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import type { Resident } from '../docker-host/inhabit.ts';
import type { Backend, PrivateHost } from '../docker-host/private-host.ts';
import { type Container, type ContainerWish, type DockerHost, startDockerHost } from '../docker-host.ts';
import { type KeptRules, keepRules } from './keep-rules.ts';

/**
 * Which dockerd: as Debian starts it; without docker-proxy; with IPv6 and ip6tables; with `--iptables=false`; with a PATH of its own, on
 * which `iptables` is of the backend, while everybody else's is of the other; or by a user who is not root.
 */
export type WorldKind = 'plain' | 'noproxy' | 'v6' | 'handsoff' | 'apart' | 'rootless';

const ARGUMENTS: Readonly<Record<WorldKind, readonly string[]>> = {
  plain: [],
  noproxy: ['--userland-proxy=false'],
  v6: ['--experimental', '--ipv6', '--ip6tables', '--fixed-cidr-v6=fd00:17::/64'],
  handsoff: ['--iptables=false'],
  apart: [],
  rootless: [],
};

/** `web` and `spare` on Docker's first bridge, `app` on a network of its own. */
export const CONTAINERS: readonly ContainerWish[] = [
  {
    name: 'web',
    serves: ['tcp:80', 'udp:53'],
    publishes: ['8080:80/tcp', '5353:53/udp', '127.0.0.1:8081:80/tcp', '203.0.113.1:8083:80/tcp'],
  },
  { name: 'spare', serves: ['tcp:80', 'udp:53'] },
  { name: 'app', network: 'backend', serves: ['tcp:80'], publishes: ['8082:80/tcp'] },
];

/** A host with containers that publish ports, and everything needed to break it, look at it and mend it. */
export interface World extends AsyncDisposable {
  readonly kind: WorldKind;
  readonly backend: Backend;
  readonly host: PrivateHost;
  /** Its dockerd, where it is a live one. */
  readonly docker?: DockerHost;
  readonly healthy: KeptRules;
  /** Runs a script in the host; `$WEB`, `$SPARE` and `$APP` are the containers' addresses. */
  run(script: string): Promise<string>;
  snapshot(): Promise<Snapshot>;
  /** For each network a container of it. */
  readonly neighbours: Map<string, Resident>;
}

/** Starts a world and keeps its rules as they are when all is well. */
export async function startWorld(kind: WorldKind, backend: Backend): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const backends = kind === 'apart' ? { backend: otherThan(backend), daemonBackend: backend } : { backend };
  const host = opened.use(
    await startDockerHost({ ...backends, isRootless: kind === 'rootless', dockerd: ARGUMENTS[kind] }),
  );
  await host.engine({
    method: 'POST',
    path: '/networks/create',
    body: {
      Name: 'backend',
      Driver: 'bridge',
      EnableIPv6: kind === 'v6',
      IPAM: { Config: [{ Subnet: '172.18.0.0/16' }, ...(kind === 'v6' ? [{ Subnet: 'fd00:18::/64' }] : [])] },
      Options: { 'com.docker.network.bridge.name': 'br-backend' },
    },
  });
  const containers: Container[] = [];
  for (const wish of CONTAINERS) containers.push(await host.startContainer(wish));
  const variables = Object.fromEntries(
    containers.flatMap(({ name, address, address6 }) => [
      [name.toUpperCase(), address],
      [`${name.toUpperCase()}6`, address6],
    ]),
  );
  const healthy = await keepRules(host);
  const owned = opened.move();
  return {
    kind,
    backend,
    host,
    docker: host,
    healthy,
    run: (script) => host.run(script, variables),
    snapshot: () => host.inside.snapshot(host.socket),
    neighbours: new Map(containers.map(({ network, resident }) => [network, resident])),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export function otherThan(backend: Backend): Backend {
  return backend === 'nft' ? 'legacy' : 'nft';
}
