import type { Scenario } from './scenario.ts';

/** As ufw closes a host. Docker's own rules lead past INPUT. */
const CLOSED_SIX: Scenario = {
  name: 'healthy: the input of IPv6 is closed, which stops nothing that Docker leads to its containers',
  keepAs: 'closed',
  inject: `ip6tables -P INPUT DROP; ip6tables -A INPUT -i lo -j ACCEPT; ip6tables -A INPUT -p ipv6-icmp -j ACCEPT
    ip6tables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
  breaks: false,
};

const FORWARDING_OFF: Scenario = {
  name: 'forwarding is off for IPv6',
  inject: 'echo 0 > /proc/sys/net/ipv6/conf/all/forwarding',
  finds: { checks: ['forwarding_off'], cause: /net\.ipv6/ },
  breaks: true,
};

/** Faults of IPv6 alone, of any Docker whose rules stand in iptables. */
export const ON_SIX_IPTABLES: readonly Scenario[] = [
  { name: 'as Docker left it', keepAs: 'healthy', inject: 'true', breaks: false },
  CLOSED_SIX,
  FORWARDING_OFF,
  {
    name: 'the jump from FORWARD to DOCKER-FORWARD is gone from IPv6',
    keepAs: 'no-jump',
    inject: 'ip6tables -D FORWARD -j DOCKER-FORWARD',
    finds: { checks: ['forward_blocked', 'chains_missing'], cause: /ip6tables.*FORWARD/ },
    breaks: true,
  },
  {
    name: "the replies' ACCEPT is gone from IPv6",
    inject: 'ip6tables -D DOCKER-FORWARD -i br-backend -j ACCEPT',
    finds: { checks: ['forward_blocked'], cause: /br-backend/ },
    breaks: true,
  },
  {
    name: 'a DROP in the DOCKER-USER of IPv6',
    inject: 'ip6tables -I DOCKER-USER -i up0 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /DOCKER-USER/ },
    breaks: true,
  },
  {
    name: 'the DNAT rules of IPv6 are gone: docker-proxy answers',
    inject: 'ip6tables -t nat -F DOCKER',
    finds: { checks: ['dnat_missing'], cause: /80\d\d|5353|DNAT/ },
    breaks: false,
  },
  {
    name: 'the DNAT rules of IPv6 are gone, and its input is closed',
    inject: `ip6tables -t nat -F DOCKER; ${CLOSED_SIX.inject}`,
    finds: { checks: ['forward_blocked'], cause: /INPUT|DNAT/ },
    breaks: true,
  },
  {
    name: 'the MASQUERADE of one network is gone from IPv6',
    inject: 'ip6tables -t nat -D POSTROUTING -s fd00:18::/64 ! -o br-backend -j MASQUERADE',
    finds: { checks: ['masquerade_missing'], cause: /backend/ },
    breaks: false,
  },
  {
    name: 'the other backend holds a FORWARD policy of DROP for IPv6',
    inject:
      'case $(ip6tables --version) in *legacy*) ip6tables-nft -P FORWARD DROP ;; *) ip6tables-legacy -P FORWARD DROP ;; esac',
    finds: { checks: ['forward_blocked', 'split_brain'], cause: /ip6tables-(?:legacy|nft)/ },
    breaks: true,
  },
  {
    name: 'a rule of IPv6 leads to an address that no container has',
    inject:
      'ip6tables -t nat -I DOCKER ! -s fe80::/10 ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination [fd00:17::88]:80',
    finds: { checks: ['stale_target'], cause: /fd00:17::88/ },
    breaks: true,
  },
];

/** Faults of IPv6 alone, of Docker 29 with its own nftables tables. */
export const ON_SIX_NFTABLES: readonly Scenario[] = [
  { name: 'as Docker left it', keepAs: 'healthy', inject: 'true', breaks: false },
  CLOSED_SIX,
  FORWARDING_OFF,
  {
    name: 'ip6tables still holds a FORWARD policy of DROP',
    keepAs: 'drop',
    inject: 'ip6tables-nft -P FORWARD DROP',
    finds: { checks: ['forward_blocked'], cause: /ip6tables-nft/ },
    breaks: true,
  },
  {
    name: 'the ACCEPT of a port is gone from IPv6',
    inject:
      'nft flush chain ip6 docker-bridges filter-forward-in__br-backend; nft add rule ip6 docker-bridges filter-forward-in__br-backend counter drop',
    finds: { checks: ['forward_blocked'], cause: /br-backend/ },
    breaks: true,
  },
  {
    name: 'the DNAT rules of IPv6 are gone',
    inject: 'nft flush chain ip6 docker-bridges nat-prerouting-and-output',
    finds: { checks: ['dnat_missing'], cause: /80\d\d|5353|DNAT/ },
    breaks: false,
  },
  {
    name: 'direct access is dropped for whoever comes in, published or not',
    inject: 'nft add rule ip6 docker-bridges raw-PREROUTING iifname up0 tcp dport 8082 counter drop',
    finds: { checks: ['forward_blocked'], cause: /raw-PREROUTING/ },
    breaks: true,
  },
];
