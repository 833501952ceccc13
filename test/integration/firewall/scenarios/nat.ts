import { STRANGER_ADDRESS } from '../../docker-host/private-host.ts';
import type { Scenario } from '../scenario.ts';

const WITHOUT_DNAT =
  'iptables -t nat -D DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination $WEB:80';

/** Faults of the translation of addresses, and before it. */
export const NAT_FAULTS: readonly Scenario[] = [
  {
    name: 'the DNAT of one port is gone, docker-proxy answers in its place',
    inject: WITHOUT_DNAT,
    finds: { checks: ['dnat_missing'], cause: /web.*8080|8080.*web/s },
    breaks: false,
  },
  {
    name: 'the DNAT of one port is gone, and INPUT drops what docker-proxy would answer',
    inject: `${WITHOUT_DNAT}; iptables -A INPUT -i up0 -p tcp -j DROP`,
    finds: { checks: ['dnat_missing'], cause: /8080|INPUT/ },
    breaks: true,
  },
  {
    name: 'the DNAT of one port is gone, and there is no docker-proxy',
    world: 'noproxy',
    inject: WITHOUT_DNAT.replace('! -i docker0 ', ''),
    finds: { checks: ['dnat_missing'], cause: /8080/ },
    breaks: true,
  },
  {
    name: 'the jump from PREROUTING is gone',
    inject: 'iptables -t nat -D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    finds: { checks: ['dnat_missing'], cause: /PREROUTING|DNAT/ },
    breaks: false,
  },
  {
    name: 'the jump from PREROUTING is gone, and there is no docker-proxy',
    world: 'noproxy',
    inject: 'iptables -t nat -D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    finds: { checks: ['dnat_missing'], cause: /PREROUTING|DNAT/ },
    breaks: true,
  },
  {
    name: 'nat is flushed: docker-proxy alone answers',
    inject: 'iptables -t nat -F',
    finds: { checks: ['dnat_missing', 'masquerade_missing'], cause: /nat|DNAT|MASQUERADE/ },
    breaks: false,
  },
  {
    name: 'nat is flushed, and there is no docker-proxy',
    world: 'noproxy',
    inject: 'iptables -t nat -F',
    finds: { checks: ['dnat_missing', 'masquerade_missing'], cause: /nat|DNAT|MASQUERADE/ },
    breaks: true,
  },
  {
    name: 'systemctl restart nftables: the whole rule set is flushed',
    backends: ['nft'],
    inject: 'nft flush ruleset',
    finds: { checks: ['dnat_missing', 'chains_missing'], cause: /DNAT|chain|MASQUERADE/i },
    breaks: false,
  },
  {
    name: 'a cron script sets its own rules with iptables-restore',
    inject: `iptables-restore <<'END'
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
END`,
    finds: { checks: ['forward_blocked', 'chains_missing'], cause: /FORWARD|DOCKER/ },
    breaks: true,
  },
  {
    name: 'the DNAT leads to another container',
    inject: `${WITHOUT_DNAT}; iptables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination $SPARE:80`,
    finds: { checks: ['wrong_target'], cause: /172\.17\.0\.3|spare/ },
    breaks: true,
  },
  {
    name: 'the DNAT leads to an address that no container has',
    inject: `${WITHOUT_DNAT}; iptables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.99:80`,
    finds: { checks: ['stale_target'], cause: /172\.17\.0\.99/ },
    breaks: true,
  },
  {
    name: 'the DNAT leads to a port on which nobody listens',
    inject: `${WITHOUT_DNAT}; iptables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination $WEB:81`,
    finds: { checks: ['wrong_target'], cause: /\b81\b/ },
    breaks: true,
  },
  {
    name: 'a rule of a container that is gone was left behind',
    inject: `iptables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 9999 -j DNAT --to-destination 172.17.0.88:80
      iptables -A DOCKER -d 172.17.0.88/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT`,
    finds: { checks: ['stale_target'], cause: /172\.17\.0\.88/ },
    breaks: false,
  },
  {
    name: 'a stale DNAT of the same port comes first',
    inject: 'iptables -t nat -I DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.88:80',
    finds: { checks: ['stale_target'], cause: /172\.17\.0\.88/ },
    breaks: true,
  },
  {
    name: 'a REDIRECT takes the port away before Docker',
    inject: 'iptables -t nat -I PREROUTING -i up0 -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 3128',
    finds: { checks: ['dnat_missing'], cause: /REDIRECT|3128/i },
    breaks: true,
  },
  {
    name: 'the MASQUERADE of one network is gone',
    inject: 'iptables -t nat -D POSTROUTING -s 172.18.0.0/16 ! -o br-backend -j MASQUERADE',
    finds: { checks: ['masquerade_missing'], cause: /backend|172\.18/ },
    breaks: false,
  },
  {
    name: 'a DROP in raw PREROUTING',
    inject: 'iptables -t raw -A PREROUTING -p tcp -m tcp --dport 8080 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /raw/ },
    breaks: true,
  },
  {
    name: 'raw PREROUTING takes packets out of connection tracking',
    inject: 'iptables -t raw -A PREROUTING -i up0 -p tcp -m tcp --dport 8080 -j NOTRACK',
    finds: { checks: ['dnat_missing'], cause: /raw|track|8080/i },
    breaks: false,
  },
  {
    name: 'a DROP in mangle PREROUTING of one address',
    inject: 'iptables -t mangle -A PREROUTING -s 203.0.113.2/32 -j DROP',
    finds: { checks: ['forward_blocked'], cause: /mangle/ },
    options: () => ({ from: STRANGER_ADDRESS }),
    breaks: true,
  },
];
