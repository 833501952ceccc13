import type { DockerState } from '../../../exporters/docker-firewall/snapshot.ts';
import { inhabit, type Resident } from '../docker-host/inhabit.ts';
import { type Backend, makePrivateHost } from '../docker-host/private-host.ts';
import { keepRules } from './keep-rules.ts';
import type { World } from './world.ts';

/** A host as another Docker than the installed one would have laid it out. */
export interface Layout {
  readonly backend: Backend;
  /** What that Docker says. */
  readonly docker: DockerState;
  /** The rules it lays down: a script. */
  readonly rules: string;
  /** Its networks have IPv6 too. */
  readonly six?: boolean;
}

const CONTAINERS = [
  { name: 'web', network: 'bridge', bridge: 'docker0', prefix: '172.17.0', prefix6: 'fd00:17::', host: 2 },
  { name: 'spare', network: 'bridge', bridge: 'docker0', prefix: '172.17.0', prefix6: 'fd00:17::', host: 3 },
  { name: 'app', network: 'backend', bridge: 'br-backend', prefix: '172.18.0', prefix6: 'fd00:18::', host: 2 },
] as const;

const BRIDGES = `echo 1 > /proc/sys/net/ipv4/ip_forward
for bridge in docker0:172.17.0.1 br-backend:172.18.0.1; do
  ip link add \${bridge%:*} type bridge
  ip address add \${bridge#*:}/16 broadcast + dev \${bridge%:*}
  ip link set \${bridge%:*} up
done`;

const BRIDGES6 = `echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
ip address add fd00:17::1/64 dev docker0 nodad
ip address add fd00:18::1/64 dev br-backend nodad`;

/** Its own docker-proxy, as dockerd starts it; the third file is where it reports. */
const PROXIES = `ln -s "$(command -v docker-proxy)" "$FOLDER/docker-proxy"
proxy() { "$FOLDER/docker-proxy" -proto $1 -host-ip $2 -host-port $3 -container-ip $4 -container-port $5 3> /dev/null > /dev/null 2>&1 & }
anywhere() {
  proxy tcp $1 8080 $2 80
  proxy udp $1 5353 $2 53
  proxy tcp $1 8082 $3 80
}
anywhere 0.0.0.0 172.17.0.2 172.18.0.2
if [ "$SIX" = true ]; then
  anywhere :: fd00:17::2 fd00:18::2
  proxy tcp 2001:db8:113::1 8085 fd00:17::2 80
else
  anywhere :: 172.17.0.2 172.18.0.2
fi
proxy tcp 127.0.0.1 8081 172.17.0.2 80
proxy tcp 203.0.113.1 8083 172.17.0.2 80`;

/** Makes the host, with namespaces that stand for its containers. The kernel is real, only dockerd's own words are not. */
export async function layOutWorld({ backend, docker, rules, six = false }: Layout): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const host = opened.use(await makePrivateHost({ backend }));
  await host.run(BRIDGES);
  if (six) await host.run(BRIDGES6);
  const residents = new Map<string, Resident>();
  for (const { name, network, bridge, prefix, prefix6, host: last } of CONTAINERS) {
    const namespace = `${host.name}-${name}`;
    await host.run(`ip netns add ${namespace}
      ip link add veth-${name} type veth peer name eth0 netns ${namespace}
      ip link set veth-${name} master ${bridge} up
      ip -n ${namespace} link set lo up; ip -n ${namespace} link set eth0 up
      ip -n ${namespace} address add ${prefix}.${last}/16 dev eth0; ip -n ${namespace} route add default via ${prefix}.1`);
    if (six)
      await host.run(`ip -n ${namespace} address add ${prefix6}${last}/64 dev eth0 nodad
      ip -n ${namespace} -6 route add default via ${prefix6}1`);
    const resident = opened.use(inhabit(`/var/run/netns/${namespace}`));
    await resident.serve(name, 'tcp', 80);
    if (network === 'bridge') await resident.serve(name, 'udp', 53);
    residents.set(network, resident);
  }
  await host.run(PROXIES, { FOLDER: host.folder, SIX: String(six) });
  await host.run(rules);
  const healthy = await keepRules(host);
  const owned = opened.move();
  return {
    kind: 'plain',
    backend,
    host,
    healthy,
    run: (script) => host.run(script, { WEB: '172.17.0.2', SPARE: '172.17.0.3', APP: '172.18.0.2' }),
    async snapshot() {
      const { missing, ...taken } = await host.inside.snapshot(`${host.folder}/no-docker.sock`);
      return { ...taken, docker, missing: missing.filter(({ part }) => part !== 'docker') };
    },
    neighbours: residents,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
