import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type Ip, parseIp } from '../../../../exporters/docker-firewall/rules/addresses.ts';
import { ipSetsOf } from '../../../../exporters/docker-firewall/rules/ip-sets.ts';
import type { Rule } from '../../../../exporters/docker-firewall/rules/model.ts';
import { parseNftRuleset } from '../../../../exporters/docker-firewall/rules/nft-ruleset.ts';
import {
  MAYBE,
  NO,
  type Packet,
  type Tri,
  type World,
  YES,
} from '../../../../exporters/docker-firewall/rules/packet.ts';

/** What nft 1.0.6 printed of a table with one rule for each kind of statement. */
const PRINTED = new URL('../../../fixtures/firewall/nft-statements.json', import.meta.url);

const WORLD: World = {
  typeOf: (ip) => (ip === ipOf('10.9.9.9') ? 'LOCAL' : 'UNICAST'),
  routeTo: () => 'eth0',
  addressOf: () => undefined,
  sourceOf: () => undefined,
  isBridge: (device) => device.startsWith('br'),
  sets: ipSetsOf(new Map(), ''),
  isDockers: () => false,
};

function ipOf(text: string): Ip {
  return parseIp(text)?.ip ?? assert.fail(text);
}

function packet(changes: Partial<Packet> = {}): Packet {
  const tuple = { src: ipOf('203.0.113.5'), dst: ipOf('172.17.0.2'), sport: 40_000, dport: 80 };
  return {
    ...tuple,
    ...{ family: 4, proto: 'tcp', in: 'eth0', out: 'docker0', mark: 0, ctmark: 0, state: 'NEW', becomes: 'NEW' },
    ...{ isReply: false, untracked: false, original: tuple, dnat: false, snat: false },
    ...changes,
  };
}

function holds(rule: Rule, at: Packet): Tri {
  const all = rule.tests.map((test) => test.holds(at, WORLD));
  return all.includes(NO) ? NO : all.includes(MAYBE) ? MAYBE : YES;
}

async function ruleNamed(text: string): Promise<Rule> {
  const chains = parseNftRuleset(JSON.parse(await readFile(PRINTED, 'utf8')));
  const rules = chains.flatMap((chain) => chain.rules());
  return (
    rules.find((one) => one.text === text) ??
    assert.fail(`no rule "${text}" in\n${rules.map((one) => one.text).join('\n')}`)
  );
}

const CASES: readonly (readonly [string, Packet, Packet])[] = [
  ['ct state established,related accept', packet({ state: 'ESTABLISHED' }), packet()],
  ['ct state invalid drop', packet({ state: 'INVALID' }), packet()],
  ['ct state != { established, related } drop', packet(), packet({ state: 'ESTABLISHED' })],
  ['ct status dnat accept', packet({ dnat: true }), packet()],
  ['ct status snat,dnat accept', packet({ snat: true }), packet()],
  ['ct direction reply accept', packet({ isReply: true, becomes: 'ESTABLISHED' }), packet()],
  ['ip saddr @s drop', packet({ src: ipOf('192.168.1.5') }), packet({ src: ipOf('192.168.1.10') })],
  ['ip saddr @s drop', packet({ src: ipOf('10.255.0.1') }), packet()],
  [
    'ip saddr != { 1.1.1.1, 2.2.2.0/24 } tcp dport { 80, 443-445 } drop',
    packet({ dport: 444 }),
    packet({ src: ipOf('2.2.2.9') }),
  ],
  ['ip saddr . tcp dport @c accept', packet({ src: ipOf('1.2.3.4') }), packet({ src: ipOf('1.2.3.4'), dport: 81 })],
  ['iifname br* oifname != { a, bb } accept', packet({ in: 'br-1' }), packet({ in: 'br-1', out: 'bb' })],
  ['meta l4proto { tcp, udp } th dport 53 accept', packet({ proto: 'udp', dport: 53 }), packet()],
  ['tcp flags & syn,ack syn accept', packet(), packet({ isReply: true })],
  ['tcp flags syn accept', packet({ isReply: true }), packet({ proto: 'udp' })],
  ['meta nfproto ipv6 reject', packet({ family: 6 }), packet()],
  ['fib daddr type local accept', packet({ dst: ipOf('10.9.9.9') }), packet()],
  ['fib saddr . iif oif false drop', packet({ in: 'docker0' }), packet()],
  ['iif lo accept', packet({ in: 'lo' }), packet()],
  ['ct mark & 255 != 0 accept', packet({ ctmark: 3 }), packet({ ctmark: 256 })],
  ['ip daddr & 255.0.0.255 10.0.0.1 accept', packet({ dst: ipOf('10.7.7.1') }), packet({ dst: ipOf('10.7.7.2') })],
  ['tcp dport != 22 ct state new drop', packet(), packet({ dport: 22 })],
];

for (const [text, one, other] of CASES)
  test(`nft: ${text}`, async () => {
    const rule = await ruleNamed(text);
    assert.equal(holds(rule, one), YES);
    assert.equal(holds(rule, other), NO);
  });

test('nft: a DNAT by map, a redirect, and marks set from marks', async () => {
  const [dnat] = (await ruleNamed('dnat to tcp dport map @dm')).actions;
  assert.ok(dnat?.do === 'dnat');
  assert.deepEqual(dnat.target(packet({ dport: 8080 }), WORLD), { ip: ipOf('172.17.0.2'), port: 80 });
  assert.equal(dnat.target(packet({ dport: 9 }), WORLD), null);
  const [change] = (await ruleNamed('meta mark & 255 1 meta mark set meta mark | 16')).actions;
  assert.ok(change?.do === 'change');
  assert.equal(change.change(packet({ mark: 1 }), WORLD)?.mark, 17);
});

test('nft: a rate may hold or not, and so may what is not modelled', async () => {
  assert.equal(holds(await ruleNamed('limit rate 3/second log prefix "x" drop'), packet()), MAYBE);
  assert.equal(holds(await ruleNamed('meta skuid 0 accept'), packet({ in: '' })), MAYBE);
  assert.equal(holds(await ruleNamed('meta skuid 0 accept'), packet()), NO);
});

test('nft: the chains of a dormant table are not called; where its flag cannot be read they may be', () => {
  const chain = { family: 'inet', table: 't', name: 'f', type: 'filter', hook: 'forward', prio: 0, policy: 'drop' };
  const read = (flags: unknown) =>
    parseNftRuleset({ nftables: [{ table: { family: 'inet', name: 't', flags } }, { chain }] });
  assert.deepEqual(read(['dormant']), []);
  assert.deepEqual(read(['owner'])[0]?.rules(), []);
  const [first] = read('Lester Gooch #5')[0]?.rules() ?? [];
  assert.ok(first !== undefined && holds(first, packet()) === MAYBE && first.actions[0]?.do === 'accept');
});
