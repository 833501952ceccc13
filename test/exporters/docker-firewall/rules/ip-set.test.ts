import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseIp } from '../../../../exporters/docker-firewall/rules/addresses.ts';
import type { Sides } from '../../../../exporters/docker-firewall/rules/ip-set.ts';
import { readSets } from '../../../../exporters/docker-firewall/rules/ipset-save.ts';
import {
  MAYBE,
  NO,
  type Packet,
  packetFrom,
  type Tri,
  YES,
} from '../../../../exporters/docker-firewall/rules/packet.ts';
import type { SavedSet, Snapshot } from '../../../../exporters/docker-firewall/snapshot.ts';
import { cutDown, setIn } from '../../../../exporters/docker-firewall/take/sets.ts';

/** What ipset 7.17 printed of one set of each kind. */
const PRINTED = readFileSync(new URL('../../../fixtures/firewall/ipset-7.17.txt', import.meta.url), 'utf8');
const NAMES = [...PRINTED.matchAll(/^create (.+) (?:hash|bitmap|list):/gm)].map(([, name = '']) => name);
const SAVED = NAMES.map((name) => setIn(PRINTED, name));

function ipOf(text: string) {
  return parseIp(text)?.ip ?? assert.fail(text);
}

/** `192.0.2.7>10.0.0.1;80/tcp eth0` */
function packetOf(text: string): Packet {
  const [, src = '', dst = '', port, proto, by = ''] = /^(\S+)>(\S+?)(?:;(\d+)\/(\w+))?(?: (\S+))?$/.exec(text) ?? [];
  return packetFrom({
    src: ipOf(src),
    dst: ipOf(dst),
    dport: Number(port ?? 80),
    proto: proto === 'udp' ? 'udp' : 'tcp',
    in: by,
  });
}

function setsOf(sets: readonly SavedSet[] | undefined, missing: Snapshot['missing'] = []) {
  return readSets({ ...(sets && { sets }), missing } as Snapshot);
}

const TRUTHS: readonly (readonly [string, string, string, Tri, ('nomatch' | undefined)?])[] = [
  ['banned', 'src', '192.0.2.7>10.0.0.1', YES],
  ['banned', 'src', '192.0.2.8>10.0.0.1', YES],
  ['banned', 'src', '192.0.2.6>10.0.0.1', NO],
  ['banned', 'dst', '10.0.0.1>192.0.2.7', YES],
  ['banned', 'src', '2001:db8::1>2001:db8::2', NO],
  // It ends within seconds.
  ['banned', 'src', '192.0.2.9>10.0.0.1', MAYBE],
  ['nets', 'src', '10.9.9.9>192.0.2.1', YES],
  ['nets', 'src', '10.1.9.9>192.0.2.1', NO],
  ['nets', 'src', '10.1.2.9>192.0.2.1', YES],
  ['nets', 'src', '192.0.2.9>192.0.2.1', YES],
  ['nets', 'src', '192.0.2.8>192.0.2.1', NO],
  ['nets', 'src', '10.9.9.9>192.0.2.1', NO, 'nomatch'],
  ['nets', 'src', '10.1.9.9>192.0.2.1', YES, 'nomatch'],
  ['nets', 'src', '192.0.2.8>192.0.2.1', NO, 'nomatch'],
  ['halves', 'src', '198.51.100.1>192.0.2.1', YES],
  // Types without networks know no entries that take out.
  ['banned', 'src', '192.0.2.7>10.0.0.1', YES, 'nomatch'],
  ['masked', 'src', '192.168.1.5>10.0.0.1', YES],
  ['masked', 'src', '192.168.2.77>10.0.0.1', NO],
  ['bits', 'src', '192.168.2.77>10.0.0.1', MAYBE],
  ['doors', 'src,dst', '192.0.2.1>10.0.0.1;80/tcp', YES],
  ['doors', 'src,dst', '192.0.2.1>10.0.0.1;80/udp', NO],
  ['doors', 'src,dst', '192.0.2.1>10.0.0.1;53/udp', YES],
  ['doors', 'dst,dst', '10.0.0.1>192.0.2.1;80/tcp', YES],
  ['doors', 'src,src', '192.0.2.1>10.0.0.1;80/tcp', NO],
  // With fewer sides than the set has parts it never matches.
  ['doors', 'src', '192.0.2.1>10.0.0.1;80/tcp', NO],
  ['netdoors', 'src,dst', '192.0.2.9>10.0.0.1;81/tcp', YES],
  ['netdoors', 'src,dst', '192.0.2.129>10.0.0.1;81/tcp', NO],
  ['netdoors', 'src,dst', '192.0.2.129>10.0.0.1;80/tcp', YES],
  ['ways', 'src,src', '198.51.1.1>10.0.0.1 eth0', YES],
  ['ways', 'src,src', '198.51.1.1>10.0.0.1 eth1', NO],
  ['ways', 'src,src', '192.0.2.1>10.0.0.1 eth1', YES],
  // The same network with another interface ends the search.
  ['ways', 'src,src', '192.0.2.1>10.0.0.1 eth0', NO],
  ['ways', 'src,src', '198.51.100.1>10.0.0.1 br-1', YES],
  ['ways', 'src,src', '203.0.113.1>10.0.0.1 veth1', MAYBE],
  ['ways', 'src,dst', '198.51.1.1>10.0.0.1 eth0', NO],
  ['triples', 'src,dst,dst', '192.0.2.1>10.0.0.1;80/tcp', YES],
  ['triples', 'src,dst,dst', '192.0.2.1>10.0.0.2;80/tcp', NO],
  ['tripnets', 'src,dst,dst', '192.0.2.1>10.0.0.77;80/tcp', YES],
  ['tripnets', 'src,dst,dst', '192.0.2.1>10.0.0.5;80/tcp', NO],
  ['range', 'src', '192.168.0.5>10.0.0.1', YES],
  ['range', 'src', '192.168.0.7>10.0.0.1', NO],
  ['blocks', 'src', '192.168.5.200>10.0.0.1', YES],
  ['blocks', 'src', '192.168.6.200>10.0.0.1', NO],
  ['cards', 'src,src', '192.168.0.4>10.0.0.1', MAYBE],
  ['cards', 'src,src', '192.168.0.5>10.0.0.1', NO],
  ['ports', 'dst', '192.0.2.1>10.0.0.1;8080/udp', YES],
  ['ports', 'dst', '192.0.2.1>10.0.0.1;8081/udp', NO],
  ['of both', 'src', '192.0.2.7>10.0.0.1', YES],
  ['of both', 'src', '10.2.0.1>10.0.0.1', YES],
  ['of both', 'src', '10.1.0.1>10.0.0.1', NO],
  ['six', 'src', '2001:db8:2::1>2001:db8::2', YES],
  ['six', 'src', '2001:db8:1::1>2001:db8::2', NO],
  ['six', 'src', '::ffff:1.2.3.4>2001:db8::2', YES],
  ['six', 'src', '10.0.0.1>10.0.0.2', NO],
  ['six64', 'src', '2001:db8:1:2:9::9>2001:db8::2', YES],
  ['marked', 'src', '192.0.2.1>10.0.0.1', YES],
  ['empty', 'src', '192.0.2.1>10.0.0.1', NO],
  ['of another host', 'src', '192.0.2.1>10.0.0.1', MAYBE],
];

test('a set holds what the kernel finds in it', () => {
  const sets = setsOf(SAVED);
  for (const [name, sides, packet, wanted, nomatch] of TRUTHS) {
    const found = sets.holds(name, sides.split(',') as unknown as Sides, packetOf(packet), nomatch !== undefined);
    assert.equal(found, wanted, `${name} ${sides} ${packet}`);
  }
});

test('types that this kernel lacks: two networks, and marks', () => {
  const saved = (name: string, header: string, ...entries: string[]) => ({ name, header, entries: entries.join('\n') });
  const sets = setsOf([
    saved('pairs', 'hash:net,net family inet', '10.0.0.0/8,192.0.2.0/24', '10.1.0.0/16,192.0.2.0/25 nomatch'),
    saved('all', 'hash:net,port,net family inet', '0.0.0.0/0,tcp:80,192.0.2.0/24'),
    saved('marks', 'hash:ip,mark family inet markmask 0xff', '192.0.2.1,0x00000005'),
    saved('cards', 'hash:mac', '12:34:56:78:9A:BC'),
    saved('future', 'hash:ip,asn family inet', '192.0.2.1,1'),
  ]);
  const holds = (name: string, sides: Sides, packet: Packet) => sets.holds(name, sides, packet, false);
  assert.equal(holds('pairs', ['src', 'dst'], packetOf('10.2.0.1>192.0.2.1')), YES);
  assert.equal(holds('pairs', ['src', 'dst'], packetOf('10.1.0.1>192.0.2.1')), NO);
  assert.equal(holds('pairs', ['src', 'dst'], packetOf('10.1.0.1>192.0.2.129')), YES);
  assert.equal(holds('all', ['src', 'dst', 'dst'], packetOf('8.8.8.8>192.0.2.1')), YES);
  assert.equal(holds('marks', ['src', 'src'], { ...packetOf('192.0.2.1>10.0.0.1'), mark: 0x105 }), YES);
  assert.equal(holds('marks', ['src', 'src'], { ...packetOf('192.0.2.1>10.0.0.1'), mark: 6 }), NO);
  assert.equal(holds('marks', ['src', 'src'], { ...packetOf('192.0.2.1>10.0.0.1'), mark: undefined }), MAYBE);
  assert.equal(holds('cards', ['src'], packetOf('192.0.2.1>10.0.0.1')), MAYBE);
  assert.equal(holds('future', ['src', 'src'], packetOf('192.0.2.1>10.0.0.1')), MAYBE);
});

test('what people wrote beside entries is not kept', () => {
  const [nets] = SAVED.filter(({ name }) => name === 'nets');
  assert.doesNotMatch(JSON.stringify(SAVED), /not these|too often|packets/);
  assert.ok(nets?.entries.split('\n').includes('10.1.0.0/16 timeout 0 nomatch'));
});

test('a set that is too large is cut down to what concerns this machine, and says no more than that', () => {
  const entries = ['192.0.2.7', '10.0.0.0/8', '198.51.100.0/24', '198.51.100.128/25 nomatch', '203.0.113.5'];
  const large = { name: 'large', header: 'hash:net family inet', entries: entries.join('\n') };
  const cut = cutDown(large, ['192.0.2.9/24', '198.51.100.7'], 3);
  assert.equal(cut.entries, '192.0.2.7\n198.51.100.0/24');
  assert.equal(cut.left, 3);
  const sets = setsOf([cut, cutDown({ ...large, name: 'none' }, ['192.0.2.9/24'], 0)]);
  const from = (ip: string, name = 'large') => sets.holds(name, ['src'], packetOf(`${ip}>172.17.0.2`), false);
  assert.equal(from('192.0.2.7'), YES);
  assert.equal(from('192.0.2.8'), NO);
  assert.equal(from('198.51.100.7'), YES);
  assert.equal(from('198.51.100.200'), MAYBE);
  assert.equal(from('10.1.1.1'), MAYBE);
  assert.equal(from('192.0.2.7', 'none'), MAYBE);
  assert.match(sets.doubtOf('large'), /of whose 5 entries only some were kept/);
});

test('why a set is not known is said', () => {
  assert.match(setsOf(undefined).doubtOf('bad'), /the set bad holds: this snapshot holds no sets/);
  const missing = [{ part: 'sets', why: 'ipset is not installed, and rules ask for the set bad' }] as const;
  assert.match(setsOf([], missing).doubtOf('bad'), /ipset is not installed/);
});

test('a hundred thousand entries are looked up at once, and read but once', () => {
  const ips = Array.from({ length: 100_000 }, (_, at) => `11.${at >> 16}.${(at >> 8) & 255}.${at & 255}`);
  const sets = setsOf([{ name: 'many', header: 'hash:ip family inet', entries: ips.join('\n') }]);
  for (const at of [0, 50_000, 99_999])
    assert.equal(sets.holds('many', ['src'], packetOf(`${ips[at]}>172.17.0.2`), false), YES);
  assert.equal(sets.holds('many', ['src'], packetOf('12.0.0.1>172.17.0.2'), false), NO);
  assert.equal(sets.get('many')?.shapes(), sets.get('many')?.shapes());
});
