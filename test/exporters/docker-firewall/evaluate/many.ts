import type { Snapshot } from '../../../../exporters/docker-firewall/snapshot.ts';
import { DOCKER0, healthyWorld, type Net, type Web, withRules } from './world.ts';

const NETWORKS = 5;

/** A healthy host with so many containers on five networks, and so many rules in all: Docker's, and a long list of the operator's own. */
export function manyContainers(containers: number, rules: number): Snapshot {
  const nets: Net[] = Array.from({ length: NETWORKS }, (_, at) =>
    at === 0 ? DOCKER0 : { name: `net${at}`, bridge: `br-${String(at).padStart(12, '0')}`, prefix: `172.${17 + at}` },
  );
  const webs: Web[] = Array.from({ length: containers }, (_, at) => {
    const net = nets[at % NETWORKS] ?? DOCKER0;
    return {
      name: `web${at}`,
      network: net.name,
      ip: `${net.prefix}.0.${2 + Math.floor(at / NETWORKS)}`,
      ports: [{ host: 8000 + at, inside: 80 }],
    };
  });
  const world = healthyWorld({ nets, webs });
  const docker = world.rules.nft4?.match(/^\[\d+:\d+\] -A/gm)?.length ?? 0;
  const own = Array.from(
    { length: Math.max(0, rules - docker) },
    (_, at) =>
      `[0:0] -A DOCKER-USER -s 10.${at >> 8}.${at & 255}.0/24 -i eth0 -p tcp -m tcp --dport ${20_000 + at} -j DROP`,
  );
  return withRules(world, (text) =>
    text.replace('[0:0] -A DOCKER-USER -j RETURN', [...own, '[0:0] -A DOCKER-USER -j RETURN'].join('\n')),
  );
}
