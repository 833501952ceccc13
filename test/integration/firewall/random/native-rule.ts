import type { Chance } from './chance.ts';
import { DESTINATIONS, PORTS, SOURCES } from './surroundings.ts';

/** The families of tables. */
export type TableFamily = 'ip' | 'ip6' | 'inet' | 'bridge' | 'netdev';

/** Where a chain is called. */
export interface Hooked {
  readonly family: TableFamily;
  readonly hook: string;
  readonly type: 'filter' | 'nat' | 'route';
}

/** One rule of a native chain; one that may jump knows a chain named `own`. */
export function randomRule(chance: Chance, at: Hooked, mayJump: boolean): string {
  const matches = chance.some(isOfFrames(at.family) ? FRAME_MATCHES : MATCHES, 0, 2);
  if (mayJump && chance.percent(15))
    return [...matches.slice(1).map((make) => make(chance, at)), vmap(chance, at)].join(' ');
  const made = matches.map((make) => make(chance, at));
  const words = LOOKS_UP.has(at.hook) ? made : made.filter((one) => !one.startsWith('fib'));
  const before = chance.percent(25)
    ? [chance.pick(['counter', 'limit rate 5000/second burst 9000 packets', 'log'])]
    : [];
  return [...words, ...before, action(chance, at, mayJump)].join(' ');
}

/** Whether its chains see frames, and nothing of routes. */
export function isOfFrames(family: TableFamily): boolean {
  return family === 'bridge' || family === 'netdev';
}

/** Where the kernel takes a look at its routes. */
const LOOKS_UP = new Set(['prerouting', 'input', 'forward']);

type Make = (chance: Chance, at: Hooked) => string;
const not = (chance: Chance) => (chance.percent(25) ? '!= ' : '');
const addressOf = (chance: Chance, { family }: Hooked, side: 'saddr' | 'daddr') => {
  const six = family === 'ip6' || (family === 'inet' && chance.percent(15));
  return `${six ? 'ip6' : 'ip'} ${side} ${not(chance)}${chance.pick((side === 'saddr' ? SOURCES : DESTINATIONS)[six ? 6 : 4].filter((one) => !one.endsWith('/0')))}`;
};

const FRAME_MATCHES: readonly Make[] = [
  (chance) => `iifname ${not(chance)}${chance.pick(['"up0"', '"docker0"', '"veth*"'])}`,
  (chance, at) => addressOf(chance, { ...at, family: 'ip' }, 'saddr'),
  (chance, at) => addressOf(chance, { ...at, family: 'ip' }, 'daddr'),
  (chance) => `${chance.pick(['tcp', 'udp'])} ${chance.pick(['dport', 'sport'])} ${chance.pick(PORTS)}`,
  (chance) => `ether type ${chance.pick(['ip', 'ip6'])} meta l4proto ${chance.pick(['tcp', 'udp'])}`,
  (chance) => `meta mark ${chance.pick(['0', '1'])}`,
  () => 'ip protocol tcp',
  (chance) => `meta pkttype ${chance.pick(['host', 'broadcast'])}`,
  (chance) => `ct state ${not(chance)}${chance.pick(['new', 'established', 'invalid'])}`,
];

const MATCHES: readonly Make[] = [
  (chance) =>
    `iifname ${not(chance)}${chance.pick(['"up0"', '"docker0"', '"br-*"', '{ "up0", "lo" }', '"eth9"', '{ "docker*", "lo" }'])}`,
  (chance) => `oifname ${not(chance)}${chance.pick(['"up0"', '"docker0"', '"br-*"', '{ "docker0", "br-backend" }'])}`,
  (chance) => `iif ${not(chance)}${chance.pick(['up0', 'docker0', 'lo'])}`,
  (chance, at) => addressOf(chance, at, 'saddr'),
  (chance, at) => addressOf(chance, at, 'daddr'),
  (chance, { family }) => `${family === 'ip6' ? 'ip6' : 'ip'} ${chance.pick(['saddr', 'daddr'])} ${not(chance)}@there`,
  (chance) =>
    `${chance.pick(['tcp', 'udp', 'th'])} ${chance.pick(['dport', 'dport', 'sport'])} ${not(chance)}${chance.pick(PORTS)}`,
  (chance) => `tcp dport ${not(chance)}${chance.pick(['@doors', '{ 80, 8080 }', '8000-8100', '{ 22, 8081-8083 }'])}`,
  (chance) => `tcp dport ${chance.pick(['<', '>', '<=', '>='])} ${chance.pick(PORTS)}`,
  (chance, { family }) => `${family === 'ip6' ? 'ip6' : 'ip'} daddr . tcp dport ${not(chance)}@pairs`,
  (chance) => `iifname . oifname ${not(chance)}@ways`,
  (chance) => `meta l4proto ${not(chance)}${chance.pick(['tcp', 'udp', '{ tcp, udp }', 'icmp'])}`,
  (chance, { family }) => (family === 'inet' ? `meta nfproto ${chance.pick(['ipv4', 'ipv6'])}` : 'meta protocol ip'),
  (chance) =>
    `ct state ${not(chance)}${chance.pick(['new', 'established', 'established,related', 'invalid', 'untracked', '{ new, established }'])}`,
  (chance) => `ct status ${not(chance)}${chance.pick(['dnat', 'snat', 'seen-reply', 'confirmed', 'assured'])}`,
  (chance) => `ct direction ${chance.pick(['original', 'reply'])}`,
  (chance) => `meta l4proto ${chance.pick(['tcp', 'udp'])} ct original proto-dst ${not(chance)}${chance.pick(PORTS)}`,
  (chance) => `ct original ip daddr ${not(chance)}${chance.pick(DESTINATIONS[4].filter((one) => !one.endsWith('/0')))}`,
  (chance) => `ct mark ${not(chance)}${chance.pick(['0', '1', '2'])}`,
  (chance) => `meta mark ${not(chance)}${chance.pick(['0', '1', '2'])}`,
  (chance) => `meta mark and 0x3 ${chance.pick(['== 1', '!= 0', '== 0'])}`,
  (chance) => `ct mark and 0x1 ${chance.pick(['== 1', '== 0'])}`,
  (chance) =>
    `fib ${chance.pick(['daddr', 'saddr'])} type ${not(chance)}${chance.pick(['local', 'unicast', '{ local, broadcast }'])}`,
  () => 'fib saddr . iif oif missing',
  () => 'fib daddr . iif type local',
  (chance) => `fib saddr oifname ${not(chance)}"up0"`,
  (chance) =>
    `tcp flags ${chance.pick(['syn / fin,syn,rst,ack', '& (syn|ack) == syn', 'syn', 'ack', '& (fin|syn|rst|ack) != syn', 'psh', '! syn'])}`,
  (chance) => `meta pkttype ${not(chance)}${chance.pick(['host', 'unicast', 'broadcast'])}`,
  (chance) => `ip daddr & 255.255.0.0 == ${chance.pick(['172.17.0.0', '203.0.0.0'])}`,
  (chance) =>
    `meta ${chance.pick(['skuid 0', 'iifkind "bridge"', 'oifkind "bridge"', 'iiftype ether', 'protocol ip', 'iifgroup 0', 'cpu 0', 'length < 100', 'hour "00:00"-"23:59"'])}`,
  (chance) =>
    chance.pick([
      ...[
        'ip ttl > 5',
        'ip protocol tcp',
        'ip dscp cs0',
        '@th,16,16 8080',
        'numgen inc mod 2 0',
        'ct count over 500',
        'limit rate 2/minute',
      ],
      ...[
        'socket transparent 1',
        'rt ip nexthop 172.17.0.2',
        'ct zone 0',
        'ct bytes > 100000',
        'ether saddr 02:00:00:00:00:09',
        'ip length < 100',
      ],
    ]),
];

function vmap(chance: Chance, { family, hook }: Hooked): string {
  const verdicts = ['accept', 'drop', 'jump own', 'goto own', 'return', 'continue'];
  const verdict = () => chance.pick(verdicts);
  const frames = [`tcp dport vmap { 80 : ${verdict()}, 8082 : ${verdict()} }`, 'tcp dport vmap @todo'];
  if (isOfFrames(family)) return chance.pick(frames);
  const address = family === 'ip6' ? 'ip6 daddr' : 'ip daddr';
  const one = family === 'ip6' ? 'fd00:17::2' : '172.17.0.2';
  return chance.pick([
    ...frames,
    `ct state vmap { new : ${verdict()}, established : ${verdict()}, invalid : ${verdict()} }`,
    `meta l4proto vmap { tcp : ${verdict()}, udp : ${verdict()} }`,
    `iifname . meta l4proto vmap { "up0" . tcp : ${verdict()}, "docker0" . udp : ${verdict()} }`,
    `${address} . th dport vmap { ${one} . 80 : ${verdict()} }`,
    `meta mark vmap { 1 : ${verdict()}, 0 : ${verdict()} }`,
    ...(family === 'ip6' ? [] : ['iifname vmap @byway']),
    ...(hook === 'own' ? [] : ['ct direction vmap { original : continue, reply : jump own }']),
  ]);
}

function action(chance: Chance, at: Hooked, mayJump: boolean): string {
  const { hook, type, family } = at;
  const common = ['accept', 'accept', 'return', 'continue', 'counter', ...(mayJump ? ['jump own', 'goto own'] : [])];
  if (type === 'nat') return chance.pick([...common, ...translations(chance, at), ...translations(chance, at)]);
  const stopping = ['drop', 'drop', 'drop', ...(['input', 'forward', 'output'].includes(hook) ? ['reject'] : [])];
  const marking = ['meta mark set 1', 'meta mark set 2'];
  if (isOfFrames(family)) return chance.pick([...common, 'drop', 'drop', ...marking]);
  const connected = [
    ...['meta mark set meta mark or 0x1', 'ct mark set 1', 'ct mark set meta mark', 'meta mark set ct mark'],
    'meta mark set ct mark and 0x1',
  ];
  const address = family === 'ip6' ? 'ip6 saddr' : 'ip saddr';
  const seldom = [
    ...['notrack', 'ip ttl set 1', 'ip dscp set cs1', 'tcp option maxseg size set rt mtu', 'ip daddr set 172.17.0.2'],
    ...['tcp dport set 8082', 'meta nftrace set 1', 'queue num 5 bypass', 'ct zone set 5', 'meta pkttype set other'],
    ...['tproxy to :9999', 'synproxy mss 1460', `log prefix "${address} drop"`],
  ];
  return chance.pick([...common, ...stopping, ...marking, ...connected, ...(chance.percent(15) ? seldom : [])]);
}

function translations(chance: Chance, { hook, family }: Hooked): readonly string[] {
  const ip = family === 'inet' ? ' ip' : '';
  const six = family === 'ip6';
  const proto = `meta l4proto ${chance.pick(['tcp', 'tcp', 'udp'])}`;
  if (hook === 'postrouting' || hook === 'input')
    return [
      ...(hook === 'postrouting' ? ['masquerade', `${proto} masquerade to :10000-20000`] : []),
      six
        ? 'snat to 2001:db8:113::1'
        : `snat${ip} to ${chance.pick(['203.0.113.1', '172.17.0.1', '172.17.0.77', '198.51.100.7'])}`,
    ];
  if (six) return [`tcp dport ${chance.pick(PORTS)} dnat to [fd00:17::2]:80`, `tcp dport 8080 redirect to :8082`];
  return [
    `${proto} dnat${ip} to ${chance.pick(['172.17.0.2:80', '172.17.0.3:80', '172.18.0.2:80', '127.0.0.1:8080', '203.0.113.1:8080', '172.17.0.2-172.17.0.3', '172.17.0.2:80-90'])}`,
    `tcp dport ${chance.pick(PORTS)} dnat${ip} to ${chance.pick(['172.17.0.2:80', '172.18.0.2:80'])}`,
    `tcp dport ${chance.pick(PORTS)} redirect to :${chance.pick(['8080', '8082', '8080-8090'])}`,
    `dnat${ip} to tcp dport map { 8080 : 172.17.0.2, 8082 : 172.17.0.3 }`,
    `dnat${ip} addr . port to tcp dport map { 8080 : 172.17.0.2 . 80, 8082 : 172.17.0.3 . 80 }`,
    `dnat${ip} to numgen inc mod 2 map { 0 : 172.17.0.2, 1 : 172.17.0.3 }`,
  ];
}
