import type { Chance } from './chance.ts';
import { type Hooked, isOfFrames, randomRule, type TableFamily } from './native-rule.ts';

/** A native nftables table with sets, chains and a few rules; a shell script. */
export function randomNativeTable(chance: Chance, hasSix: boolean, name: string): string {
  const family = chance.pick<TableFamily>([
    'inet',
    'inet',
    'inet',
    'ip',
    'ip',
    hasSix ? 'ip6' : 'ip',
    'bridge',
    'netdev',
  ]);
  const chains = Array.from({ length: 1 + chance.below(2) }, (_, at) => baseChain(chance, family, `base${at}`));
  const own = ruleList(chance, { family, hook: 'own', type: 'filter' }, 1 + chance.below(2), false);
  const script = `table ${family} ${name} {
${(family === 'ip6' ? SETS_6 : SETS_4).map((one) => `  ${one}`).join('\n')}
  chain own {
${own}
  }
${chains.join('\n')}
}`;
  return `nft -f - <<'END'\n${script}\nEND`;
}

const DOORS = [
  'set doors { type inet_service; flags interval; elements = { 80, 8000-8081 } }',
  'map todo { type inet_service : verdict; elements = { 8082 : drop, 80 : accept } }',
];
const SETS_4 = [
  'set there { type ipv4_addr; flags interval; elements = { 203.0.113.2-203.0.113.9, 172.17.0.2 } }',
  'set pairs { type ipv4_addr . inet_service; elements = { 172.17.0.2 . 80, 203.0.113.1 . 8080 } }',
  'set ways { type ifname . ifname; elements = { "up0" . "docker0", "docker0" . "up0" } }',
  'map byway { type ifname : verdict; elements = { "up0" : jump own, "docker0" : accept } }',
  ...DOORS,
];
const SETS_6 = [
  'set there { type ipv6_addr; flags interval; elements = { 2001:db8:113::/64, fd00:17::2 } }',
  'set pairs { type ipv6_addr . inet_service; elements = { fd00:17::2 . 80, 2001:db8:113::1 . 8080 } }',
  'set ways { type ifname . ifname; elements = { "up0" . "docker0", "docker0" . "up0" } }',
  ...DOORS,
];

function baseChain(chance: Chance, family: TableFamily, name: string): string {
  const { hook, type, head } = heading(chance, family);
  const mayDrop = type !== 'nat' && chance.percent(25);
  const rules = ruleList(chance, { family, hook, type }, 1 + chance.below(3), true);
  const saved = mayDrop ? `    ${lifeline(chance, family)}\n` : '';
  return `  chain ${name} {
    ${head} policy ${mayDrop ? 'drop' : 'accept'};
${saved}${rules}
  }`;
}

/** Without some of these a chain that drops would only ever say that everything is blocked. */
function lifeline(chance: Chance, family: TableFamily): string {
  const all = [
    'ct state established,related accept',
    'iifname { "lo", "docker0" } accept',
    'meta l4proto udp accept',
    'tcp dport { 80, 8080, 8082 } accept',
    'ct status dnat accept',
    'fib daddr type local accept',
    'tcp flags syn accept',
  ];
  // Where neighbours cannot be found, whatever a rule says of TCP is nothing.
  const found = `${isOfFrames(family) ? 'ether type arp accept\n    ' : ''}meta l4proto ipv6-icmp accept`;
  return [found, ...chance.some(all, 1, 3)]
    .filter((one) => !isOfFrames(family) || !/\bct\b|fib/.test(one))
    .join('\n    ');
}

function heading(chance: Chance, family: TableFamily): Hooked & { readonly head: string } {
  const make = (hook: string, type: Hooked['type'], priority: string | number, device = '') => ({
    family,
    hook,
    type,
    head: `type ${type} hook ${hook}${device} priority ${priority};`,
  });
  const device = ` device "${chance.pick(['up0', 'docker0', 'br-backend'])}"`;
  if (family === 'netdev') return make(chance.pick(['ingress', 'ingress', 'egress']), 'filter', 0, device);
  if (family === 'inet' && chance.percent(15)) return make('ingress', 'filter', 0, device);
  if (family === 'bridge')
    return make(
      chance.pick(['prerouting', 'input', 'forward', 'output', 'postrouting']),
      'filter',
      chance.pick([-300, -200, 0, 100]),
    );
  const hook = chance.pick(['prerouting', 'input', 'forward', 'forward', 'output', 'postrouting']);
  if (hook !== 'forward' && chance.percent(30))
    return make(
      hook,
      'nat',
      chance.pick(hook === 'prerouting' || hook === 'output' ? [-100, -110, -99] : [100, 99, 110]),
    );
  if (hook === 'output' && chance.percent(20)) return make(hook, 'route', -150);
  return make(hook, 'filter', chance.pick([-450, -300, -250, -199, -150, -100, -50, 0, 0, 1, 10, 300]));
}

function ruleList(chance: Chance, at: Hooked, count: number, mayJump: boolean): string {
  return Array.from({ length: count }, () => `    ${randomRule(chance, at, mayJump)}`).join('\n');
}
