import type { Scenario } from '../scenario.ts';

/** A dockerd of a user who is not root: rootlesskit listens on the host, and Docker's own rules are in another network. */
export const ROOTLESS: readonly Scenario[] = [
  { name: 'healthy: rootless', world: 'rootless', inject: 'true', breaks: false },
  {
    name: 'healthy: rootless, the host forwards nothing and drops what is forwarded',
    world: 'rootless',
    inject: 'echo 0 > /proc/sys/net/ipv4/ip_forward; iptables -P FORWARD DROP; ip6tables -P FORWARD DROP',
    breaks: false,
  },
  {
    name: 'healthy: rootless, the other backend drops what is forwarded',
    world: 'rootless',
    inject: 'iptables-legacy -P FORWARD DROP',
    breaks: false,
  },
  {
    name: 'healthy: rootless, the input lets the published ports in',
    world: 'rootless',
    inject: `iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      iptables -A INPUT -p tcp -m multiport --dports 22,8080:8083 -j ACCEPT; iptables -A INPUT -p udp --dport 5353 -j ACCEPT
      iptables -P INPUT DROP`,
    breaks: false,
  },
  {
    name: 'rootless: the input is closed',
    world: 'rootless',
    inject: `iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      iptables -P INPUT DROP`,
    finds: { checks: ['forward_blocked'], cause: /INPUT/ },
    breaks: true,
  },
  {
    name: 'rootless: a native table drops one port',
    world: 'rootless',
    inject: `nft -f - <<'END'
table inet gate { chain input { type filter hook input priority 0; tcp dport 8082 drop;
}
}
END`,
    finds: { checks: ['forward_blocked'], cause: /inet gate/ },
    breaks: true,
  },
];
