import { HOST_ADDRESS, STRANGER_ADDRESS } from '../../docker-host/private-host.ts';
import type { Scenario } from '../scenario.ts';

const asTheStranger = () => ({ from: STRANGER_ADDRESS });
const DROP = 'iptables -I DOCKER-USER -i up0 -m set';

/** Rules that ask for sets of ipset. */
export const SETS: readonly Scenario[] = [
  {
    name: 'sets: healthy, a list of the banned without the stranger',
    inject: `ipset create banned hash:net; ipset add banned 198.51.100.0/24; ipset add banned 10.0.0.0/8
      iptables -I DOCKER-USER -m set --match-set banned src -j DROP; iptables -I INPUT -m set --match-set banned src -j DROP`,
    breaks: false,
  },
  {
    name: "sets: healthy, one of the stranger's neighbours is banned, for a while",
    inject: `ipset create banned hash:ip timeout 600 comment counters; ipset add banned 203.0.113.77 comment "nomatch timeout 3"
      iptables -I DOCKER-USER -m set --match-set banned src -j DROP; iptables -I INPUT -m set --match-set banned src -j DROP`,
    breaks: false,
  },
  {
    name: 'sets: healthy, only those on a list get in, and the stranger is one of them',
    inject: `ipset create allowed hash:net; ipset add allowed 203.0.113.0/24; ${DROP} ! --match-set allowed src -j DROP`,
    breaks: false,
  },
  {
    name: 'sets: healthy, the stranger is on the list for a while',
    inject: `ipset create allowed hash:ip timeout 300; ipset add allowed ${STRANGER_ADDRESS}; ${DROP} ! --match-set allowed src -j DROP`,
    options: asTheStranger,
    breaks: false,
  },
  {
    name: 'sets: healthy, doors by address and port',
    inject: `ipset create doors hash:ip,port; for one in $WEB,80 $WEB,udp:53 $APP,tcp:80; do ipset add doors $one; done
      ${DROP} ! --match-set doors dst,dst -j DROP`,
    breaks: false,
  },
  {
    name: 'sets: healthy, a list of lists',
    inject: `ipset create one hash:ip; ipset create two hash:net; ipset add two 203.0.113.0/25; ipset create 'of both' list:set
      ipset add 'of both' one; ipset add 'of both' two; ${DROP} ! --match-set 'of both' src -j DROP`,
    options: asTheStranger,
    breaks: false,
  },
  {
    name: 'sets: healthy, the stranger is taken out of a network that is banned',
    inject: `ipset create banned hash:net; ipset add banned 203.0.113.0/24; ipset add banned ${STRANGER_ADDRESS} nomatch
      ${DROP} --match-set banned src -j DROP`,
    options: asTheStranger,
    breaks: false,
  },
  {
    name: 'sets: healthy, what is taken out of a set is asked for itself',
    inject: `ipset create all hash:net; ipset add all 0.0.0.0/1; ipset add all 128.0.0.0/1; ipset add all 203.0.113.0/24 nomatch
      ${DROP} ! --match-set all src --return-nomatch -j DROP`,
    options: asTheStranger,
    breaks: false,
  },
  {
    name: 'sets: healthy, the same network by another interface ends the search',
    inject: `ipset create ways hash:net,iface; ipset add ways 203.0.113.0/24,eth9; ipset add ways 0.0.0.0/0,up0
      ${DROP} --match-set ways src,src -j DROP`,
    options: asTheStranger,
    breaks: false,
  },
  {
    name: 'sets: healthy, ports that are closed are others',
    inject: `ipset create closed bitmap:port range 0-65535; ipset add closed 22; ipset add closed 3306-3309
      iptables -I DOCKER-USER -m set --match-set closed dst -j DROP; iptables -I INPUT -m set --match-set closed dst -j DROP`,
    breaks: false,
  },
  {
    name: 'sets: healthy, with fewer sides than the set has parts it never matches',
    inject: `ipset create doors hash:ip,port; ipset add doors $WEB,80; ${DROP} --match-set doors dst -j DROP`,
    breaks: false,
  },
  {
    name: 'sets: healthy, seventy thousand addresses are banned',
    inject: `ipset create banned hash:ip maxelem 100000
      seq 0 69999 | awk '{ printf "add banned 11.%d.%d.%d\\n", $1 / 65536, ($1 / 256) % 256, $1 % 256 }' | ipset restore
      ipset add banned 203.0.113.77; ${DROP} --match-set banned src -j DROP`,
    breaks: false,
  },
  {
    name: 'sets: healthy, whoever knocks on a port that is a trap is banned',
    inject: `ipset create trapped hash:ip timeout 60
      iptables -I DOCKER-USER -m set --match-set trapped src -j DROP
      iptables -I INPUT -m set --match-set trapped src -j DROP
      iptables -I INPUT -p tcp -m tcp --dport 23 -j SET --add-set trapped src`,
    breaks: false,
  },
  {
    name: 'sets: whoever has come is banned from then on, which may be unknown',
    inject: `ipset create seen hash:ip; iptables -I DOCKER-USER -i up0 -j SET --add-set seen src
      iptables -I DOCKER-USER -i up0 -m set --match-set seen src -j DROP`,
    breaks: true,
  },
  {
    name: 'sets: the stranger is banned',
    inject: `ipset create banned hash:ip; ipset add banned ${STRANGER_ADDRESS}; ${DROP} --match-set banned src -j DROP`,
    options: asTheStranger,
    finds: { checks: ['forward_blocked'], cause: /set banned \(hash:ip\) has one entry/ },
    breaks: true,
  },
  {
    name: 'sets: the stranger is banned by a list of lists, before routing',
    inject: `ipset create one hash:ip; ipset create two hash:net; ipset add two 203.0.113.0/25; ipset create both list:set
      ipset add both one; ipset add both two; iptables -t mangle -I PREROUTING -m set --match-set both src -j DROP`,
    options: asTheStranger,
    finds: { checks: ['forward_blocked'], cause: /--match-set both src/ },
    breaks: true,
  },
  {
    name: 'sets: only those on a list get in, and nobody is on it',
    inject: `ipset create allowed hash:net; ${DROP} ! --match-set allowed src -j DROP`,
    finds: { checks: ['forward_blocked'], cause: /set allowed \(hash:net\) has no entry/ },
    breaks: true,
  },
  {
    name: 'sets: one door of three is not on the list',
    inject: `ipset create doors hash:ip,port; ipset add doors $WEB,80; ipset add doors $APP,80
      ${DROP} ! --match-set doors dst,dst -j DROP`,
    finds: { checks: ['forward_blocked'], cause: /--match-set doors dst,dst/ },
    breaks: true,
  },
  {
    name: 'sets: address, port and network together',
    inject: `ipset create paths hash:ip,port,net; ipset add paths ${HOST_ADDRESS[4]},8080,203.0.113.0/24; ipset add paths ${HOST_ADDRESS[4]},8080,203.0.113.128/25 nomatch
      iptables -t raw -I PREROUTING -m set --match-set paths dst,dst,src -j DROP`,
    options: asTheStranger,
    finds: { checks: ['forward_blocked'], cause: /--match-set paths/ },
    breaks: true,
  },
  {
    name: 'sets: a mark that an entry holds is dropped, which is unknown',
    inject: `ipset create marks hash:net skbinfo; ipset add marks 203.0.113.0/24 skbmark 0x9
      iptables -t mangle -A PREROUTING -i up0 -j SET --map-set marks src --map-mark; iptables -I DOCKER-USER -m mark --mark 0x9 -j DROP`,
    breaks: true,
  },
  {
    name: 'sets: how often an entry was met is not known',
    inject: `ipset create often hash:net counters; ipset add often 203.0.113.0/24; ${DROP} --match-set often src --packets-gt 100000 -j DROP`,
    breaks: false,
  },
  {
    name: 'sets: the stranger is banned by IPv6 alone',
    world: 'v6',
    inject: `ipset create six hash:net family inet6; ipset add six ::/1; ipset add six 8000::/1
      ip6tables -I FORWARD -i up0 -m set --match-set six src -j DROP`,
    finds: { checks: ['forward_blocked'], cause: /--match-set six/ },
    breaks: true,
  },
];
