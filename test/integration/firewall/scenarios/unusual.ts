import type { Scenario } from '../scenario.ts';

/** Matches and set-ups that are seldom seen: what is not modelled may be unknown, never wrong. */
export const UNUSUAL: readonly Scenario[] = [
  {
    name: 'unusual: a range of strangers is dropped, of which ours is one',
    inject: 'iptables -I FORWARD -m iprange --src-range 203.0.113.2-203.0.113.9 -j DROP',
    options: () => ({ from: '203.0.113.2' }),
    finds: { checks: ['forward_blocked'], cause: /range/ },
    breaks: true,
  },
  {
    name: 'unusual: interfaces by wildcard',
    inject: 'iptables -I FORWARD -i up+ -o br-+ -j DROP',
    finds: { checks: ['forward_blocked'], cause: /up\+/ },
    breaks: true,
  },
  {
    name: 'unusual: what was translated is let by before a DROP',
    inject:
      'iptables -I FORWARD -i up0 -j DROP; iptables -I FORWARD -m conntrack --ctstate DNAT -j ACCEPT; iptables -I FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT',
    breaks: false,
  },
  {
    name: 'unusual: what was not translated is dropped',
    inject: 'iptables -I FORWARD -i up0 -m conntrack ! --ctstate DNAT -j DROP',
    breaks: false,
  },
  {
    name: 'unusual: ports by range, of which one is ours',
    inject: 'iptables -t mangle -I PREROUTING -i up0 -p tcp -m multiport --dports 22,8000:8081 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /mangle/ },
    breaks: true,
  },
  {
    name: 'unusual: a payload is looked into and dropped',
    inject: 'iptables -I FORWARD -p tcp -m string --algo bm --string nonsense -j DROP',
    breaks: false,
  },
  {
    name: 'unusual: connections are limited to more than anybody makes',
    inject: 'iptables -I FORWARD -p tcp --syn -m connlimit --connlimit-above 5000 -j REJECT',
    breaks: false,
  },
  {
    name: 'unusual: a mark is kept with the connection and its packets dropped',
    inject: `iptables -t mangle -A PREROUTING -i up0 -p udp -m udp --dport 5353 -j CONNMARK --set-mark 9
      iptables -I FORWARD -m connmark --mark 9 -j DROP`,
    finds: { checks: ['forward_blocked'], cause: /connmark/ },
    breaks: true,
  },
  {
    name: 'unusual: bridged frames are dropped',
    inject: `nft -f - <<'END'
table bridge frames { chain forward { type filter hook output priority 0; oifname "veth*" ip protocol tcp drop;
}
}
END`,
    finds: { checks: ['forward_blocked'], cause: /bridge frames/ },
    breaks: true,
  },
  {
    name: 'unusual: native, the reverse path is looked up',
    inject: `nft -f - <<'END'
table inet reverse { chain prerouting { type filter hook prerouting priority raw; fib saddr . iif oif missing drop;
}
}
END`,
    breaks: false,
  },
  {
    name: 'unusual: native, port and address are looked up together',
    inject: `nft -f - <<'END'
table ip pairs { set open { type ipv4_addr . inet_service; elements = { 172.17.0.2 . 80, 172.18.0.2 . 80 }
}
chain forward { type filter hook forward priority 1; iifname "up0" meta l4proto tcp ip daddr . tcp dport != @open drop;
}
}
END`,
    breaks: false,
  },
  {
    name: 'unusual: native, port and address are looked up together, and one is missing',
    inject: `nft -f - <<'END'
table ip pairs { set open { type ipv4_addr . inet_service; elements = { 172.17.0.2 . 80 }
}
chain forward { type filter hook forward priority 1; iifname "up0" meta l4proto tcp ip daddr . tcp dport != @open drop;
}
}
END`,
    finds: { checks: ['forward_blocked'], cause: /ip pairs/ },
    breaks: true,
  },
  {
    name: 'unusual: native, marks by bits',
    inject: `nft -f - <<'END'
table inet bits { chain prerouting { type filter hook prerouting priority mangle; iifname "up0" tcp dport 8082 meta mark set meta mark or 0x10;
}
chain forward { type filter hook forward priority 0; meta mark and 0xf0 == 0x10 drop;
}
}
END`,
    finds: { checks: ['forward_blocked'], cause: /inet bits/ },
    breaks: true,
  },
  {
    name: 'unusual: everything that leaves is masqueraded, from outside too',
    inject: 'iptables -t nat -I POSTROUTING -o docker0 -j MASQUERADE',
    breaks: false,
  },
  {
    name: 'unusual: a routing rule sends the answers of containers nowhere',
    inject: `ip rule add fwmark 0x77 table 77
      ip route add blackhole default table 77
      iptables -t mangle -A PREROUTING -i docker0 -j MARK --set-mark 0x77`,
    undo: 'ip rule del fwmark 0x77 table 77; ip route flush table 77',
    breaks: true,
  },
];
