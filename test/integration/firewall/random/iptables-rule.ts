import type { Backend } from '../../docker-host/private-host.ts';
import type { Chance } from './chance.ts';
import { type RandomSet, randomSet, randomSetMatch, randomSetTarget } from './ip-set.ts';
import { DESTINATIONS, DEVICES, PORTS, SOURCES } from './surroundings.ts';

type Family = 4 | 6;

interface Place {
  readonly table: string;
  readonly chain: string;
}

const PLACES: readonly Place[] = [
  ...['FORWARD', 'FORWARD', 'DOCKER-USER', 'DOCKER-USER', 'DOCKER', 'INPUT', 'INPUT', 'OUTPUT'].map((chain) => ({
    table: 'filter',
    chain,
  })),
  ...['PREROUTING', 'OUTPUT', 'POSTROUTING', 'INPUT', 'DOCKER'].map((chain) => ({ table: 'nat', chain })),
  ...['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].map((chain) => ({ table: 'mangle', chain })),
  ...['PREROUTING', 'OUTPUT'].map((chain) => ({ table: 'raw', chain })),
];

/** One thing that an administrator does with iptables: a rule, a policy, or a chain with rules and a jump to it; a shell script. */
export function randomIptables(chance: Chance, backend: Backend, hasSix: boolean, name: string): string {
  const place = chance.pick(PLACES);
  const isDockers = place.chain.startsWith('DOCKER');
  const family: Family = chance.percent(hasSix ? 40 : isDockers ? 0 : 8) ? 6 : 4;
  const other = backend === 'nft' ? 'legacy' : 'nft';
  const program = `${family === 6 ? 'ip6tables' : 'iptables'}-${isDockers || chance.percent(65) ? backend : other}`;
  const command = `${program} -t ${place.table}`;
  if (chance.percent(4) && ['filter', 'mangle'].includes(place.table) && !isDockers)
    return `${command} -P ${place.chain} DROP`;
  const sets: RandomSet[] = [];
  const setMatch = () => {
    if (!chance.percent(15)) return '';
    sets.push(randomSet(chance, family, `${name}s${sets.length}`));
    return ` ${randomSetMatch(chance, chance.pick(sets))}`;
  };
  const rule = () => {
    const target = randomTarget(chance, place, family);
    const matches = `${randomMatches(chance, place, family, !target.includes('-p '))}${setMatch()}`;
    const fills = sets.length > 0 && chance.percent(8);
    return `${matches} ${fills ? randomSetTarget(chance, chance.pick(sets)) : target}`;
  };
  const how = chance.percent(75) ? '-I' : '-A';
  const withSets = (...lines: readonly string[]) => [...sets.map(({ script }) => script), ...lines].join('\n');
  if (!chance.percent(25)) {
    const only = `${command} ${how} ${place.chain} ${rule()}`;
    return withSets(only);
  }
  const inner = Array.from({ length: 1 + chance.below(3) }, () => `${command} -A ${name} ${rule()}`);
  const jump = `${command} ${how} ${place.chain} ${randomMatches(chance, place, family)} ${chance.percent(70) ? '-j' : '-g'} ${name}`;
  return withSets(`${command} -N ${name}`, ...inner, jump);
}

const maybeNot = (chance: Chance) => (chance.percent(25) ? '! ' : '');

function randomMatches(chance: Chance, { table, chain }: Place, family: Family, mayNameProtocol = true): string {
  const words: string[] = [];
  const isBefore = chain === 'PREROUTING' || chain === 'INPUT';
  const isAfter = chain === 'OUTPUT' || chain === 'POSTROUTING';
  if (!isAfter && chance.percent(40)) words.push(`${maybeNot(chance)}-i ${device(chance)}`);
  if (!isBefore && chance.percent(30)) words.push(`${maybeNot(chance)}-o ${device(chance)}`);
  if (chance.percent(25)) words.push(`${maybeNot(chance)}-s ${address(chance, family, SOURCES[family])}`);
  if (chance.percent(25)) words.push(`${maybeNot(chance)}-d ${address(chance, family, DESTINATIONS[family])}`);
  const proto = mayNameProtocol && chance.percent(45) ? chance.pick(['tcp', 'tcp', 'udp']) : undefined;
  if (proto !== undefined) words.push(`-p ${proto}`, ...portMatches(chance, proto));
  else if (mayNameProtocol && chance.percent(5)) words.push(`! -p ${chance.pick(['tcp', 'udp', 'icmp'])}`);
  words.push(...chance.some(MATCHES, 0, 2).map((make) => make(chance, family)));
  if (table === 'raw' || table === 'nat') return words.filter((one) => !one.includes('physdev-out')).join(' ');
  return words.join(' ');
}

function device(chance: Chance): string {
  return chance.percent(25) ? chance.pick(['up+', 'br-+', 'docker+', 'veth+', '+']) : chance.pick(DEVICES);
}

function address(chance: Chance, family: Family, all: readonly string[]): string {
  if (family === 4 && chance.percent(8)) return chance.pick(['203.0.113.2/255.255.255.0', '0.0.0.2/0.0.0.255']);
  return chance.pick(all);
}

function portMatches(chance: Chance, proto: string): readonly string[] {
  const port = () => (chance.percent(25) ? chance.pick(['8000:8100', '1:1024', ':8081', '8082:']) : chance.pick(PORTS));
  const list = () => [chance.pick(PORTS), chance.pick(PORTS), '9000:9010'].join(',');
  switch (chance.below(8)) {
    case 0:
    case 1:
    case 2:
      return [`${maybeNot(chance)}--dport ${port()}`];
    case 3:
      return [`${maybeNot(chance)}--sport ${port()}`];
    case 4:
      return [`-m multiport ${maybeNot(chance)}--${chance.pick(['dports', 'sports', 'ports'])} ${list()}`];
    case 5:
      return proto === 'tcp'
        ? [
            `${maybeNot(chance)}${chance.pick(['--syn', '--tcp-flags SYN,ACK SYN', '--tcp-flags ALL ACK', '--tcp-flags ACK ACK', '--tcp-flags ALL NONE', '--tcp-flags PSH,ACK PSH,ACK'])}`,
          ]
        : [];
    default:
      return [];
  }
}

type Make = (chance: Chance, family: Family) => string;

/** Matches that we model stand more often than those that we do not. */
const MATCHES: readonly Make[] = [
  (chance) =>
    `-m conntrack ${maybeNot(chance)}--ctstate ${chance.some(['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'DNAT', 'SNAT', 'UNTRACKED'], 1, 3).join(',')}`,
  (chance) =>
    `-m conntrack ${maybeNot(chance)}--ctstate ${chance.pick(['NEW', 'ESTABLISHED', 'RELATED,ESTABLISHED', 'INVALID'])}`,
  (chance) => `-m state ${maybeNot(chance)}--state ${chance.pick(['NEW', 'ESTABLISHED', 'INVALID', 'UNTRACKED'])}`,
  (chance) => `-m conntrack --ctdir ${chance.pick(['ORIGINAL', 'REPLY'])}`,
  (chance) =>
    `-m conntrack ${maybeNot(chance)}--ctstatus ${chance.pick(['SEEN_REPLY', 'CONFIRMED', 'ASSURED', 'NONE', 'EXPECTED'])}`,
  (chance) => `-m conntrack ${maybeNot(chance)}--ctorigdstport ${chance.pick(PORTS)}`,
  (chance, family) => `-m conntrack ${maybeNot(chance)}--ctorigdst ${chance.pick(DESTINATIONS[family])}`,
  (chance, family) => `-m conntrack ${maybeNot(chance)}--ctorigsrc ${chance.pick(SOURCES[family])}`,
  (chance, family) => `-m conntrack ${maybeNot(chance)}--ctreplsrc ${chance.pick(DESTINATIONS[family])}`,
  (chance) => `-m mark ${maybeNot(chance)}--mark ${chance.pick(['0', '0x1', '0x1/0x1', '0x2/0xf', '0x0/0xff'])}`,
  (chance) => `-m connmark ${maybeNot(chance)}--mark ${chance.pick(['0', '0x1', '0x1/0x1', '0x2'])}`,
  (chance) =>
    `-m addrtype ${maybeNot(chance)}--${chance.pick(['src', 'dst'])}-type ${chance.pick(['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST', 'LOCAL,UNICAST'])}`,
  (chance) => `-m addrtype ${maybeNot(chance)}--dst-type LOCAL --limit-iface-in`,
  (_chance, family) =>
    family === 4 ? '-m iprange --src-range 203.0.113.2-203.0.113.9' : '-m iprange --dst-range fd00:17::2-fd00:17::9',
  (chance) => `-m pkttype ${maybeNot(chance)}--pkt-type ${chance.pick(['unicast', 'broadcast', 'multicast'])}`,
  (chance) =>
    `-m physdev ${maybeNot(chance)}--${chance.pick(['physdev-is-bridged', 'physdev-is-in', 'physdev-is-out', 'physdev-in veth+', 'physdev-out veth+'])}`,
  () => '-m comment --comment "not -j DROP, \\"only\\" a comment"',
  () => '-m limit --limit 5000/sec --limit-burst 9000',
  (chance) => chance.pick(SELDOM),
];

const SELDOM = [
  '-m limit --limit 2/min',
  '-m length --length 0:100',
  '-m mac --mac-source 02:00:00:00:00:09',
  '-m ttl --ttl-gt 5',
  '-m statistic --mode random --probability 0.5',
  '-m recent --name r --set',
  '-m recent --name r --update --seconds 30 --hitcount 4',
  '-m owner --uid-owner 0',
  '-m time --timestart 00:00 --timestop 23:59',
  '-m rpfilter --invert',
  '-m u32 --u32 "0=0"',
  '-m hashlimit --hashlimit-name h --hashlimit-above 1000/sec',
  '-m hashlimit --hashlimit-name g --hashlimit-above 5000/sec --hashlimit-burst 9000 --hashlimit-mode srcip',
  '-m connlimit --connlimit-above 500',
  '-m connbytes --connbytes 1000000: --connbytes-dir both --connbytes-mode bytes',
  '-m socket',
  '-m helper --helper ftp',
  '-m policy --dir in --pol ipsec',
  '-m string --algo bm --string nonsense',
];

function randomTarget(chance: Chance, { table, chain }: Place, family: Family): string {
  const common = ['-j ACCEPT', '-j ACCEPT', '-j RETURN', '-j LOG', ''];
  const target = (...more: readonly string[]) => chance.pick([...common, ...more]);
  if (table === 'raw')
    return target('-j DROP', '-j NOTRACK', '-j CT --notrack', '-j CT --zone 5', '-j CT --ctevents new');
  if (table === 'mangle')
    return target(...MARKINGS, ...MARKINGS, '-j DROP', '-j DROP', ...seldomMangled(chain, family));
  if (table === 'nat') return target(...rewritings(chance, chain, family), ...rewritings(chance, chain, family));
  return target(
    '-j DROP',
    '-j DROP',
    '-j DROP',
    '-j REJECT',
    family === 4 ? '-j REJECT --reject-with icmp-admin-prohibited' : '-j REJECT --reject-with adm-prohibited',
    '-j MARK --set-mark 1',
    '-j NFLOG --nflog-group 3',
  );
}

const MARKINGS = [
  '-j MARK --set-mark 1',
  '-j MARK --set-xmark 0x2/0xf',
  '-j MARK --or-mark 0x1',
  '-j MARK --and-mark 0x2',
  '-j CONNMARK --set-mark 1',
  '-j CONNMARK --save-mark',
  '-j CONNMARK --restore-mark',
  '-j CONNMARK --set-xmark 0x2/0x2',
];

const seldomMangled = (chain: string, family: Family) => [
  family === 4 ? '-j TTL --ttl-set 1' : '-j HL --hl-set 1',
  ...(chain === 'PREROUTING' ? ['-p tcp -j TPROXY --on-port 9999 --tproxy-mark 1'] : []),
  '-p tcp -m tcp --syn -j TCPMSS --clamp-mss-to-pmtu',
  '-j DSCP --set-dscp 10',
];

function rewritings(chance: Chance, chain: string, family: Family): readonly string[] {
  const proto = `-p ${chance.pick(['tcp', 'tcp', 'udp'])}`;
  const six = family === 6;
  if (chain === 'POSTROUTING' || chain === 'INPUT')
    return [
      ...(chain === 'POSTROUTING' ? ['-j MASQUERADE', `${proto} -j MASQUERADE --to-ports 10000-20000`] : []),
      `-j SNAT --to-source ${six ? chance.pick(['2001:db8:113::1', 'fd00:17::1']) : chance.pick(['203.0.113.1', '172.17.0.1', '172.17.0.77', '198.51.100.7', '203.0.113.50'])}`,
    ];
  return [
    `${proto} --dport ${chance.pick(PORTS)} -j REDIRECT --to-ports ${chance.pick(['8080', '8082', '8083', '9999', '8080-8090'])}`,
    `${proto} -j DNAT --to-destination ${six ? chance.pick(['[fd00:17::2]:80', '[::1]:8080', '[2001:db8:113::1]:8082']) : chance.pick(['172.17.0.2:80', '172.17.0.3:80', '172.18.0.2:80', '127.0.0.1:8080', '203.0.113.1:8080', '172.17.0.2', '172.17.0.2-172.17.0.3', '172.17.0.2:80-90', ':8080'])}`,
    `${proto} --dport ${chance.pick(PORTS)} -j DNAT --to-destination ${six ? '[fd00:17::2]:80' : chance.pick(['172.17.0.2:80', '127.0.0.1:8081', '203.0.113.1:8080'])}`,
    ...(six ? [] : ['-d 203.0.113.0/24 -j NETMAP --to 203.0.113.0/24']),
  ];
}
