import type { Scenario } from '../scenario.ts';

/** Faults on the way through the host: the forward hook of either backend of iptables. */
export const FORWARD_FAULTS: readonly Scenario[] = [
  {
    name: 'story 8: the other backend of iptables holds a FORWARD policy of DROP',
    backends: ['nft'],
    inject: 'iptables-legacy -P FORWARD DROP',
    finds: { checks: ['forward_blocked', 'split_brain'], cause: /legacy/ },
    breaks: true,
  },
  {
    name: 'story 8 the other way round: nft holds a FORWARD policy of DROP',
    backends: ['legacy'],
    inject: 'iptables-nft -P FORWARD DROP',
    finds: { checks: ['forward_blocked', 'split_brain'], cause: /nft/ },
    breaks: true,
  },
  {
    name: 'a DROP before everything in FORWARD',
    inject: 'iptables -I FORWARD -i up0 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /-i up0 -j DROP|DROP.*up0|up0.*drop/i },
    breaks: true,
  },
  {
    name: 'a REJECT of one port in FORWARD',
    inject: 'iptables -I FORWARD -p tcp -m tcp --dport 80 -d $WEB -j REJECT',
    finds: { checks: ['forward_blocked'], cause: /REJECT/i },
    breaks: true,
  },
  {
    name: 'a DROP in DOCKER-USER for everything that comes in',
    inject: 'iptables -I DOCKER-USER -i up0 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /DOCKER-USER/ },
    breaks: true,
  },
  {
    name: 'DOCKER-USER drops strangers that are not of an office elsewhere',
    inject: 'iptables -I DOCKER-USER -i up0 ! -s 192.0.2.0/24 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /DOCKER-USER/ },
    breaks: true,
  },
  {
    name: 'DOCKER-USER lets one published port in, by its original destination, and drops the others',
    inject: `iptables -I DOCKER-USER -i up0 -j DROP
      iptables -I DOCKER-USER -i up0 -p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j RETURN`,
    finds: { checks: ['forward_blocked'], cause: /DOCKER-USER/ },
    breaks: true,
  },
  {
    name: "the jump from FORWARD to DOCKER is gone from the first bridge's",
    inject: 'iptables -D FORWARD -o docker0 -j DOCKER',
    finds: { checks: ['forward_blocked', 'chains_missing'], cause: /FORWARD/ },
    breaks: true,
  },
  {
    name: 'the ACCEPT of one port in DOCKER is gone',
    inject: 'iptables -D DOCKER -d $WEB ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT',
    finds: { checks: ['forward_blocked'], cause: /FORWARD|DOCKER/ },
    breaks: true,
  },
  {
    name: 'all ACCEPTs in DOCKER are gone',
    inject: 'iptables -F DOCKER',
    finds: { checks: ['forward_blocked'], cause: /FORWARD|DOCKER/ },
    breaks: true,
  },
  {
    name: "the reply's ACCEPT is gone",
    inject: 'iptables -D FORWARD -i docker0 ! -o docker0 -j ACCEPT',
    finds: { checks: ['forward_blocked'], cause: /FORWARD/ },
    breaks: true,
  },
  {
    name: 'FORWARD is flushed and its policy DROP remains',
    inject: 'iptables -F FORWARD',
    finds: { checks: ['forward_blocked', 'chains_missing'], cause: /FORWARD/ },
    breaks: true,
  },
  {
    name: 'a DROP stands before the jump to DOCKER',
    inject: 'iptables -I FORWARD 4 -o docker0 -j DROP',
    finds: { checks: ['forward_blocked', 'chains_out_of_order'], cause: /-o docker0 -j DROP/i },
    breaks: true,
  },
  {
    name: 'DOCKER-USER is no longer first, and what comes before drops',
    inject: 'iptables -I FORWARD -m conntrack --ctstate NEW -j DROP',
    finds: { checks: ['forward_blocked'], cause: /NEW/i },
    breaks: true,
  },
  {
    name: 'a DROP of replies',
    inject: 'iptables -I FORWARD -i docker0 -m conntrack --ctstate ESTABLISHED -j DROP',
    finds: { checks: ['forward_blocked'], cause: /ESTABLISHED/i },
    breaks: true,
  },
  {
    name: 'a DROP in mangle FORWARD',
    inject: 'iptables -t mangle -A FORWARD -o br-backend -j DROP',
    finds: { checks: ['forward_blocked'], cause: /mangle/ },
    breaks: true,
  },
  {
    name: 'a chain of its own, entered by goto, drops UDP',
    inject:
      'iptables -N guests; iptables -A guests -p udp -m multiport --dports 53,123 -j DROP; iptables -I FORWARD -i up0 -g guests',
    finds: { checks: ['forward_blocked'], cause: /guests|FORWARD/ },
    breaks: true,
  },
  {
    name: 'packets are marked on their way in, and marked ones dropped',
    inject: `iptables -t mangle -A PREROUTING -i up0 -p tcp -m tcp --dport 8080 -j MARK --set-mark 0x7
      iptables -I FORWARD -m mark --mark 0x7 -j DROP`,
    finds: { checks: ['forward_blocked'], cause: /mark/i },
    breaks: true,
  },
  {
    name: "Docker's rules stand in the other backend too, and there are out of date",
    backends: ['nft'],
    inject: `iptables-legacy -P FORWARD DROP
      iptables-legacy -N DOCKER; iptables-legacy -N DOCKER-USER
      iptables-legacy -A FORWARD -j DOCKER-USER; iptables-legacy -A FORWARD -o docker0 -j DOCKER
      iptables-legacy -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
      iptables-legacy -A DOCKER -d 172.17.0.77 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT`,
    finds: { checks: ['forward_blocked', 'split_brain'], cause: /legacy/ },
    breaks: true,
  },
];
