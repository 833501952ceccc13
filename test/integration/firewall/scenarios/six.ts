import { HOST_ADDRESS } from '../../docker-host/private-host.ts';
import type { Scenario } from '../scenario.ts';
import { visit } from '../visitors.ts';

/** As ufw closes a host: what is established and what IPv6 itself needs may come in. */
const CLOSE_SIX = `ip6tables -P INPUT DROP; ip6tables -A INPUT -i lo -j ACCEPT; ip6tables -A INPUT -p ipv6-icmp -j ACCEPT
  ip6tables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`;

/** Faults of IPv6, on a dockerd that keeps ip6tables, and of IPv4 without docker-proxy. */
export const SIX_FAULTS: readonly Scenario[] = [
  {
    name: 'IPv6: a DROP before everything in FORWARD',
    world: 'v6',
    inject: 'ip6tables -I FORWARD -i up0 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /up0/ },
    breaks: true,
  },
  {
    name: 'IPv6: the other backend holds a FORWARD policy of DROP',
    world: 'v6',
    backends: ['nft'],
    inject: 'ip6tables-legacy -P FORWARD DROP',
    finds: { checks: ['forward_blocked'], cause: /legacy/ },
    breaks: true,
  },
  {
    name: 'IPv6: forwarding is off',
    world: 'v6',
    inject: 'echo 0 > /proc/sys/net/ipv6/conf/all/forwarding',
    finds: { checks: ['forwarding_off'], cause: /ipv6/ },
    breaks: true,
  },
  {
    name: 'IPv6: the DNAT of one port is gone, docker-proxy answers in its place',
    world: 'v6',
    inject: 'ip6tables -t nat -F DOCKER',
    finds: { checks: ['dnat_missing'], cause: /DNAT|8080|5353|8083|8082/ },
    breaks: false,
  },
  {
    name: "IPv6: the reply's ACCEPT is gone",
    world: 'v6',
    inject: 'ip6tables -P FORWARD DROP; ip6tables -D FORWARD -i docker0 ! -o docker0 -j ACCEPT',
    finds: { checks: ['forward_blocked'], cause: /FORWARD/ },
    breaks: true,
  },
  {
    name: 'IPv6: native policy drop of both families',
    world: 'v6',
    inject: `nft -f - <<'END'
table inet filter { chain forward { type filter hook forward priority 0; policy drop;
}
}
END`,
    finds: { checks: ['forward_blocked'], cause: /inet filter/ },
    breaks: true,
  },
  {
    name: 'healthy: IPv6 is closed, which docker-proxy alone would serve',
    inject: CLOSE_SIX,
    breaks: true,
  },
  {
    name: 'healthy: IPv6 is rejected, which docker-proxy alone would serve',
    inject: 'ip6tables -A INPUT -i up0 -p tcp --syn -j REJECT; ip6tables -A INPUT -i up0 -p udp --dport 5353 -j REJECT',
    breaks: true,
  },
  {
    name: 'healthy: IPv6 is closed, ip6tables stands, and a network has no IPv6',
    world: 'v6',
    inject: CLOSE_SIX,
    visitor: (world) => visit(world, { name: 'four', network: 'four', publishes: ['8084:80/tcp'] }),
    breaks: false,
  },
  {
    name: 'IPv6 is closed, and a port is published on an address of IPv6 alone',
    inject: CLOSE_SIX,
    visitor: (world) => visit(world, { name: 'six', publishes: [`${HOST_ADDRESS[6]}:8084:80/tcp`] }),
    finds: { checks: ['forward_blocked'], cause: /six:8084.*INPUT/ },
    breaks: true,
  },
  {
    name: 'OUTPUT drops what docker-proxy asks of the containers, and IPv6 has nothing else',
    inject: 'iptables -A OUTPUT -o docker0 -j DROP; ip6tables -A INPUT -i up0 -p udp --dport 5353 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /OUTPUT/ },
    breaks: true,
  },
  {
    name: 'without docker-proxy: a DROP in DOCKER-USER',
    world: 'noproxy',
    inject: 'iptables -I DOCKER-USER -i up0 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /DOCKER-USER/ },
    breaks: true,
  },
  {
    name: 'without docker-proxy: the jump from OUTPUT is gone: the host alone is cut off',
    world: 'noproxy',
    inject: 'iptables -t nat -D OUTPUT -m addrtype --dst-type LOCAL -j DOCKER',
    finds: { checks: ['chains_missing'], cause: /OUTPUT/ },
    breaks: false,
  },
  {
    name: '--iptables=false: INPUT drops what docker-proxy would answer',
    world: 'handsoff',
    inject: 'iptables -A INPUT -i up0 -p tcp -m tcp --dport 8080 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /INPUT/ },
    breaks: true,
  },
];
