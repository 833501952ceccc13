import type { Scenario } from '../scenario.ts';
import { visitSwarm } from '../visit-swarm.ts';
import { visit, visitAll } from '../visitors.ts';
import type { World } from '../world.ts';

const visitLan = (world: World) =>
  visit(
    world,
    { name: 'lan', network: 'lan', publishes: ['8090:80/tcp'] },
    { Driver: 'macvlan', Options: { parent: 'up0' }, IPAM: { Config: [{ Subnet: '198.51.100.0/24' }] } },
  );

/**
 * What a swarm writes for a port that is published on its ingress network (moby, libnetwork/service_linux.go). Here by hand: dockerd does
 * it after it has asked the kernel for IPVS, and gives up where there is none.
 */
const INGRESS = `for table in nat filter; do iptables -t $table -N DOCKER-INGRESS || continue; iptables -t $table -A DOCKER-INGRESS -j RETURN; done
  iptables -t nat -I PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS
  iptables -t nat -I OUTPUT -m addrtype --dst-type LOCAL -j DOCKER-INGRESS
  iptables -t nat -I DOCKER-INGRESS -p tcp -m tcp --dport 8095 -j DNAT --to-destination 172.19.0.2:8095
  iptables -t nat -I POSTROUTING -o docker_gwbridge -m addrtype --src-type LOCAL -j MASQUERADE
  iptables -I FORWARD -j DOCKER-INGRESS
  iptables -I DOCKER-INGRESS -p tcp -m state --state RELATED,ESTABLISHED -m tcp --sport 8095 -j ACCEPT
  iptables -I DOCKER-INGRESS -p tcp -m tcp --dport 8095 -j ACCEPT`;

/** Networks and bindings that have nothing to do with the rules of a bridge: nothing is said of them, and all the rest stays as it is. */
export const NETWORKS: readonly Scenario[] = [
  {
    name: 'healthy: containers on the host, none and internal networks',
    inject: 'true',
    visitor: (world) =>
      visitAll([
        () => visit(world, { name: 'on-host', network: 'host', serves: [], publishes: ['8090:80/tcp'] }),
        () => visit(world, { name: 'on-none', network: 'none', publishes: ['8090:80/tcp'] }),
        () => visit(world, { name: 'on-quiet', network: 'quiet', publishes: ['8090:80/tcp'] }, { Internal: true }),
      ]),
    breaks: false,
  },
  {
    name: 'healthy: a container on a macvlan network',
    inject: 'true',
    visitor: visitLan,
    breaks: false,
  },
  {
    name: 'macvlan: FORWARD drops everything, which is nothing to it',
    inject: 'iptables -I FORWARD -j DROP',
    visitor: visitLan,
    finds: { checks: ['forward_blocked'], cause: /^(?!.*lan:).*-j DROP/ },
    breaks: true,
  },
  {
    name: 'healthy: ports are bound to loopback alone, and strangers are dropped at the door',
    inject: 'iptables -t raw -A PREROUTING -i up0 -d 127.0.0.0/8 -j DROP',
    visitor: (world) => visit(world, { name: 'loop', publishes: ['127.0.0.2:8091:80/tcp', '127.0.0.1:8092:80/tcp'] }),
    breaks: false,
  },
  {
    name: 'healthy: a swarm of one, with a service on its ingress network and one on the host',
    inject: INGRESS,
    visitor: visitSwarm,
    breaks: false,
  },
  {
    name: "a swarm's service on the host is stopped, and nothing is said of the one on its ingress network",
    inject: `${INGRESS}; iptables -I DOCKER-USER -i up0 -p tcp -m conntrack --ctorigdstport 8095:8096 -j DROP`,
    visitor: visitSwarm,
    finds: { checks: ['forward_blocked'], cause: /^(?!.*mesh).*direct.*DOCKER-USER/ },
    breaks: false,
  },
  {
    name: 'loopback binds: INPUT drops all strangers, which is nothing to them',
    world: 'handsoff',
    inject: 'iptables -A INPUT -i up0 -p tcp --dport 8091 -j DROP',
    visitor: (world) => visit(world, { name: 'loop', publishes: ['127.0.0.1:8091:80/tcp'] }),
    breaks: false,
  },
];
