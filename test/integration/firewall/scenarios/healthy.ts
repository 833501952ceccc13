import { STRANGER_ADDRESS } from '../../docker-host/private-host.ts';
import type { Scenario } from '../scenario.ts';

/** Hosts that are set up in one of the usual ways and on which nothing is wrong. */
export const HEALTHY: readonly Scenario[] = [
  { name: 'healthy: as Docker left it', inject: 'true', breaks: false },
  { name: 'healthy: without docker-proxy', world: 'noproxy', inject: 'true', breaks: false },
  { name: 'healthy: with IPv6 and ip6tables', world: 'v6', inject: 'true', breaks: false },
  { name: 'healthy: --iptables=false, docker-proxy alone', world: 'handsoff', inject: 'true', breaks: false },
  { name: 'healthy: the FORWARD policy is ACCEPT', inject: 'iptables -P FORWARD ACCEPT', breaks: false },
  {
    name: 'healthy: the other backend has empty tables',
    backends: ['nft'],
    inject: 'iptables-legacy -t nat -L -n; iptables-legacy -L -n; iptables-legacy -t mangle -L -n',
    breaks: false,
  },
  {
    name: 'healthy: like ufw',
    inject: `iptables -N ufw-before-forward; iptables -N ufw-user-forward; iptables -N ufw-before-input; iptables -N ufw-user-input; iptables -N ufw-reject
      iptables -A FORWARD -j ufw-before-forward; iptables -A FORWARD -j ufw-reject
      iptables -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      iptables -A ufw-before-forward -j ufw-user-forward
      iptables -A INPUT -j ufw-before-input
      iptables -A ufw-before-input -i lo -j ACCEPT
      iptables -A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      iptables -A ufw-before-input -m conntrack --ctstate INVALID -j DROP
      iptables -A ufw-before-input -d 224.0.0.251/32 -p udp -m udp --dport 5353 -j ACCEPT
      iptables -A ufw-before-input -j ufw-user-input
      iptables -A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT
      iptables -A ufw-user-input -p udp -m multiport --dports 60000:61000 -j ACCEPT
      iptables -P INPUT DROP; iptables -P FORWARD DROP`,
    breaks: false,
  },
  {
    name: 'healthy: like firewalld, with a zone for Docker',
    inject: `nft -f - <<'END'
table inet firewalld {
  chain mangle_PREROUTING { type filter hook prerouting priority mangle + 10; policy accept; jump mangle_PREROUTING_ZONES; }
  chain mangle_PREROUTING_ZONES { iifname "docker0" goto mangle_PRE_docker; goto mangle_PRE_public; }
  chain mangle_PRE_docker {
  }
  chain mangle_PRE_public {
  }
  chain nat_POSTROUTING { type nat hook postrouting priority srcnat + 10; policy accept; }
  chain filter_INPUT { type filter hook input priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    ct state invalid drop
    jump filter_INPUT_ZONES
    reject with icmpx admin-prohibited
  }
  chain filter_INPUT_ZONES { iifname "docker0" goto filter_IN_docker; iifname "br-backend" goto filter_IN_docker; goto filter_IN_public; }
  chain filter_IN_docker { accept; }
  chain filter_IN_public { tcp dport { 22, 8080, 8082 } accept; udp dport 5353 accept; meta l4proto { icmp, ipv6-icmp } accept; }
  chain filter_FORWARD { type filter hook forward priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    ct state invalid drop
    ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24 } reject with icmpv6 addr-unreachable
    jump filter_FORWARD_ZONES
    reject with icmpx admin-prohibited
  }
  chain filter_FORWARD_ZONES { iifname "docker0" goto filter_FWD_docker; goto filter_FWD_public; }
  chain filter_FWD_docker { accept; }
  chain filter_FWD_public {
  }
}
END`,
    breaks: false,
  },
  {
    name: 'healthy: fail2ban, with another address banned',
    inject: `iptables -N f2b-sshd; iptables -I INPUT -p tcp -m multiport --dports 22 -j f2b-sshd
      iptables -A f2b-sshd -s 198.51.100.9/32 -j REJECT --reject-with icmp-port-unreachable; iptables -A f2b-sshd -j RETURN
      iptables -I DOCKER-USER -s 198.51.100.9/32 -j DROP`,
    breaks: false,
  },
  {
    name: 'healthy: DOCKER-USER lets in whom it knows, and we are known',
    inject:
      'iptables -I DOCKER-USER -i up0 ! -s 203.0.113.0/24 -j DROP; iptables -I DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN',
    options: () => ({ from: STRANGER_ADDRESS }),
    breaks: false,
  },
  {
    name: 'healthy: invalid packets are dropped, some are logged, comments stand by',
    inject: `iptables -I FORWARD -m conntrack --ctstate INVALID -m comment --comment "never -j ACCEPT these" -j DROP
      iptables -A FORWARD -m limit --limit 5/min -j LOG --log-prefix "[forward] "
      iptables -I DOCKER-USER -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP`,
    breaks: false,
  },
  {
    name: 'healthy: the bridges do not call iptables',
    inject: 'echo 0 > /proc/sys/net/bridge/bridge-nf-call-iptables',
    breaks: false,
  },
  {
    name: 'healthy: strict reverse path filter',
    inject: 'for one in all up0 docker0 br-backend; do echo 1 > /proc/sys/net/ipv4/conf/$one/rp_filter; done',
    breaks: false,
  },
  {
    name: 'healthy: a VPN with rules and routes of its own',
    inject: `ip link add wg9 type veth peer name wg9-far; ip link set wg9 up; ip link set wg9-far up; ip address add 10.9.0.1/24 dev wg9
      iptables -A FORWARD -i wg9 -j ACCEPT; iptables -t nat -A POSTROUTING -s 10.9.0.0/24 -o up0 -j MASQUERADE; iptables -A FORWARD -i up0 -o wg9 -j DROP`,
    undo: 'ip link delete wg9',
    breaks: false,
  },
  {
    name: 'healthy: the MTU of TCP is clamped',
    inject: 'iptables -t mangle -A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
    breaks: false,
  },
  {
    name: 'healthy: a second look at the same rules',
    inject: 'true',
    options: (before) => ({ before }),
    breaks: false,
  },
];
