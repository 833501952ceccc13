import { STRANGER_ADDRESS } from '../../docker-host/private-host.ts';
import type { Scenario } from '../scenario.ts';

/** nft wants a line's end where a brace closes a chain or a table. */
const table = (text: string) => `nft -f - <<'END'\ntable ${text.replace(/ \}(?=\s+(?:\}|chain)|$)/g, '\n}\n')}\nEND`;

/** Tables of native nftables beside Docker's rules. */
export const NATIVE_TABLES: readonly Scenario[] = [
  {
    name: 'native: a forward chain whose policy is drop',
    inject: table('inet filter { chain forward { type filter hook forward priority 0; policy drop; } }'),
    finds: { checks: ['forward_blocked'], cause: /inet filter/ },
    breaks: true,
  },
  {
    name: 'native: a forward chain that lets only established connections by',
    inject: table(`inet fw { chain forward { type filter hook forward priority 10; policy drop;
      ct state established,related accept; ct state invalid drop; } }`),
    finds: { checks: ['forward_blocked'], cause: /inet fw/ },
    breaks: true,
  },
  {
    name: 'native: a forward chain that lets Docker by, policy drop',
    inject: table(`inet fw { chain forward { type filter hook forward priority 0; policy drop;
      ct state vmap { established : accept, related : accept, invalid : drop }
      oifname { "docker0", "br-backend" } accept; iifname "docker0" accept; iifname "br-backend" accept; } }`),
    breaks: false,
  },
  {
    name: 'native: accepts everything first; what iptables then drops is dropped',
    inject: `${table('ip first { chain forward { type filter hook forward priority -10; policy accept; accept; } }')}
      iptables -I FORWARD -i up0 -j DROP`,
    finds: { checks: ['forward_blocked'], cause: /-i up0 -j DROP/i },
    breaks: true,
  },
  {
    name: 'native: the input chain of a careful server stops what docker-proxy alone serves over IPv6, on purpose',
    inject: table(`inet filter { chain input { type filter hook input priority 0; policy drop;
      iif lo accept; ct state established,related accept; tcp dport { 22, 443 } accept; ip protocol icmp accept; icmpv6 type { nd-neighbor-solicit, nd-router-advert, nd-neighbor-advert } accept; } }`),
    breaks: true,
  },
  {
    name: 'native: an input chain that lets the published ports in',
    inject: table(`inet filter { chain input { type filter hook input priority 0; policy drop;
      iif lo accept; ct state established,related accept; tcp dport { 22, 8080, 8082 } accept; udp dport 5353 accept; ip protocol icmp accept; icmpv6 type { nd-neighbor-solicit, nd-router-advert, nd-neighbor-advert } accept; } }`),
    breaks: false,
  },
  {
    name: 'native: a port is dropped before connection tracking',
    inject: table('ip early { chain pre { type filter hook prerouting priority raw; tcp dport 8080 drop; } }'),
    finds: { checks: ['forward_blocked'], cause: /ip early/ },
    breaks: true,
  },
  {
    name: 'native: netdev ingress drops UDP on the outer interface',
    inject: table(
      'netdev edge { chain in { type filter hook ingress device "up0" priority 0; udp dport 5353 drop; } }',
    ),
    finds: { checks: ['forward_blocked'], cause: /netdev edge/ },
    breaks: true,
  },
  {
    name: 'native: a set of allowed strangers, of which ours is none',
    inject: table(`ip guard { set friends { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.7 } }
      chain forward { type filter hook forward priority -5; iifname "up0" ip saddr != @friends reject; } }`),
    finds: { checks: ['forward_blocked'], cause: /ip guard/ },
    breaks: true,
  },
  {
    name: 'native: a set of allowed strangers, of which ours is one',
    inject:
      table(`ip guard { set friends { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 203.0.113.0/29 } }
      chain forward { type filter hook forward priority -5; iifname "up0" ip saddr != @friends drop; } }`),
    options: () => ({ from: STRANGER_ADDRESS }),
    breaks: false,
  },
  {
    name: 'native: a verdict map by port',
    inject: table(`inet maps { map ports { type inet_service : verdict; elements = { 80 : drop, 443 : accept } }
      chain forward { type filter hook forward priority 5; tcp dport vmap @ports; } }`),
    finds: { checks: ['forward_blocked'], cause: /inet maps/ },
    breaks: true,
  },
  {
    name: 'native: postrouting drops what goes to a container',
    inject: table('ip late { chain post { type filter hook postrouting priority 0; oifname "br-backend" drop; } }'),
    finds: { checks: ['forward_blocked'], cause: /ip late/ },
    breaks: true,
  },
  {
    name: 'native: a jump into a chain that returns, and one that counts',
    inject: table(`inet count { chain some { counter; return; }
      chain forward { type filter hook forward priority -1; policy accept; meta l4proto tcp jump some; } }`),
    breaks: false,
  },
  {
    name: 'native: own translation of the port before Docker',
    inject: table(
      `ip mynat { chain pre { type nat hook prerouting priority -150; tcp dport 8080 redirect to :3128; } }`,
    ),
    finds: { checks: ['dnat_missing'], cause: /mynat|redirect|3128/i },
    breaks: true,
  },
  {
    name: 'native: a dormant table does nothing',
    inject: table(`inet asleep { flags dormant; chain forward { type filter hook forward priority 0; policy drop; } }`),
    breaks: false,
  },
  {
    name: 'native: new connections are limited, generously',
    inject: table(
      'inet calm { chain forward { type filter hook forward priority 0; ct state new limit rate over 100000/second drop; } }',
    ),
    breaks: false,
  },
  {
    name: 'native: goes by the original port and drops',
    inject: table(
      'inet orig { chain forward { type filter hook forward priority 0; iifname "up0" meta l4proto tcp ct original proto-dst 8082 drop; } }',
    ),
    finds: { checks: ['forward_blocked'], cause: /inet orig/ },
    breaks: true,
  },
  {
    name: 'native: the ingress of a bridge sees connections where br_netfilter looks into it',
    inject: table(
      'inet edge { chain in { type filter hook ingress device "docker0" priority 0; meta l4proto tcp ct original proto-dst 8080 ct state established drop; } }',
    ),
    finds: { checks: ['forward_blocked'], cause: /inet edge/ },
    breaks: true,
  },
];
