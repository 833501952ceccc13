/** Rules that ask for sets of ipset (rules/ip-set.test.ts says what a set holds). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../../exporters/docker-firewall/evaluate.ts';
import { fingerprintOf } from '../../../../exporters/docker-firewall/memory.ts';
import type { EvaluateOptions, From } from '../../../../exporters/docker-firewall/report.ts';
import { rulesetHashes } from '../../../../exporters/docker-firewall/rulesets.ts';
import type { SavedSet, Snapshot } from '../../../../exporters/docker-firewall/snapshot.ts';
import { healthyWorld, withRule } from './world.ts';

const BANNED = '-A FORWARD -i eth0 -m set --match-set banned src -j DROP';
const ALLOWED = '-A FORWARD -i eth0 -m set ! --match-set allowed src -j DROP';

function setOf(name: string, ...entries: string[]): SavedSet {
  return { name, header: 'hash:net family inet', entries: entries.join('\n') };
}

/** A healthy host with rules, the last first, and sets. */
function world(rules: readonly string[], ...sets: readonly SavedSet[]): Snapshot {
  return { ...rules.reduce((snapshot, rule) => withRule(snapshot, 'filter', rule), healthyWorld()), sets };
}

function said(snapshot: Snapshot, options: EvaluateOptions = {}, from: From = 'outside') {
  const port = evaluate(snapshot, options).ports.find((one) => one.container === 'web' && one.from === from);
  return port ?? assert.fail(`nothing is said of web from ${from}`);
}

test('who is banned is no general stranger: neither a neighbour, nor a country', () => {
  const lists = [['192.0.2.253'], ['192.0.2.7', '198.51.100.0/24'], ['185.88.180.0/22'], ['185.0.0.0/8', '23.0.0.0/8']];
  for (const list of lists) {
    const snapshot = world([BANNED], setOf('banned', ...list));
    assert.equal(said(snapshot).verdict, 'reachable', String(list));
    assert.deepEqual(evaluate(snapshot).findings, []);
  }
  const replies = '-A FORWARD -o eth0 -m set --match-set banned dst -j DROP';
  assert.equal(said(world([replies], setOf('banned', '192.0.2.253', '185.88.180.0/22'))).verdict, 'reachable');
  const banned = world([BANNED], setOf('banned', '192.0.2.253'));
  assert.equal(said(banned, { from: '192.0.2.253' }).verdict, 'blocked');
});

test('where all of the internet is banned but some, it depends on who asks', () => {
  const all = setOf('banned', '0.0.0.0/1', '128.0.0.0/1');
  assert.equal(said(world([BANNED], all)).verdict, 'blocked');
  assert.equal(evaluate(world([BANNED], all)).findings[0]?.check, 'forward_blocked');
  const but = said(world([BANNED], { ...all, entries: `${all.entries}\n80.1.2.0/24 nomatch` }));
  assert.equal(but.verdict, 'unknown');
  assert.match(but.why, /80\.1\.2\.1 \(listed in a set\) would reach it/);
});

test('a list that lets in its own: it depends on who asks, unless nobody is on it', () => {
  const some = said(world([ALLOWED], setOf('allowed', '80.1.2.0/24')));
  assert.equal(some.verdict, 'unknown');
  assert.match(some.why, /80\.1\.2\.1 \(listed in a set\) would reach it, 192\.0\.2\.253, 185\.88\.181\.77 would not/);
  assert.equal(said(world([ALLOWED], setOf('allowed', '80.1.2.0/24')), { from: '80.1.2.3' }).verdict, 'reachable');
  const none = evaluate(world([ALLOWED], setOf('allowed')));
  assert.deepEqual(none.findings.map(({ check, evidence }) => [check, evidence[1]]).at(0), [
    'forward_blocked',
    'the set allowed (hash:net) has no entry: ipset list allowed',
  ]);
});

test('a list through a list of lists', () => {
  const all: SavedSet = { name: 'all of them', header: 'list:set size 8', entries: 'one\nallowed timeout 90' };
  const rule = '-A FORWARD -i eth0 -m set ! --match-set all of them src -j DROP';
  const snapshot = world([rule], all, setOf('one'), setOf('allowed', '0.0.0.0/1', '128.0.0.0/1'));
  assert.equal(said(snapshot).verdict, 'reachable');
  assert.equal(said(world([rule], all, setOf('one'))).verdict, 'unknown');
});

test('a container that a set names does not speak for its network', () => {
  const rule = '-A INPUT -m set --match-set banned src -j DROP';
  const asked = healthyWorld({
    webs: [
      { name: 'web', network: 'bridge', ip: '172.17.0.2', ports: [{ host: 8080, inside: 80 }] },
      ...['172.18.0.2', '172.18.0.3'].map((ip) => ({ name: ip, network: 'backend', ip, ports: [] })),
    ],
  });
  const snapshot = { ...withRule(asked, 'filter', rule), sets: [setOf('banned', '172.18.0.3')] };
  assert.match(said(snapshot, {}, 'bridge:backend').why, /172\.18\.0\.2 would reach it, 172\.18\.0\.3 would not/);
});

test('a set that was not read makes unknown what hangs on it, and says why', () => {
  const { sets: _, ...older } = world([BANNED]);
  assert.match(said(older).why, /what the set banned holds: this snapshot holds no sets in nft filter FORWARD/);
  const missing = [{ part: 'sets', why: 'ipset is not installed, and rules ask for the set banned' }] as const;
  const without = said({ ...world([BANNED]), missing });
  assert.equal(without.verdict, 'unknown');
  assert.match(without.why, /ipset is not installed/);
  const elsewhere = world(['-A FORWARD -i eth9 -m set --match-set banned src -j DROP']);
  assert.equal(said({ ...elsewhere, missing }).verdict, 'reachable');
});

test("Docker's own set is not taken for what it should hold", () => {
  const healthy = healthyWorld();
  const rules = (healthy.rules.nft4 ?? '').replaceAll(
    /-A FORWARD -o \S+ (.*-j (?:DOCKER|ACCEPT))$/gm,
    '-A FORWARD -m set --match-set docker-ext-bridges-v4 dst $1',
  );
  const of = (...entries: string[]): Snapshot => ({
    ...healthy,
    rules: { nft4: rules },
    sets: [setOf('docker-ext-bridges-v4', ...entries)],
  });
  assert.match(rules, /docker-ext-bridges-v4 dst -j DOCKER/);
  assert.equal(said(of('172.17.0.0/16', '172.18.0.0/16')).verdict, 'reachable');
  assert.deepEqual(evaluate(of('172.17.0.0/16', '172.18.0.0/16')).findings, []);
  assert.equal(said(of('172.18.0.0/16')).verdict, 'blocked');
  const { findings } = evaluate(of('172.18.0.0/16'));
  assert.match(findings[0]?.says ?? '', /set docker-ext-bridges-v4 does not hold 172\.17\.0\.0\/16 of docker0/);
  assert.equal(said({ ...healthy, rules: { nft4: rules } }).verdict, 'unknown');
});

test('a rule that fills a set makes that set unknown, for what it fills it with', () => {
  const match = '-A FORWARD -i eth0 -m set --match-set seen src -j DROP';
  const adds = (more: string) => `-A FORWARD -i eth0 ${more}-j SET --add-set seen src --exist`;
  assert.equal(said(world([adds(''), match], setOf('seen'))).verdict, 'unknown');
  // Before, as somebody who comes again meets it.
  assert.equal(said(world([match, adds('')], setOf('seen'))).verdict, 'unknown');
  assert.match(
    said(world([match, adds('')], setOf('seen'))).why,
    /the set seen holds, which rules change as packets pass/,
  );
  assert.equal(said(world([match, adds('-p tcp -m tcp --dport 23 ')], setOf('seen'))).verdict, 'reachable');
  const maps = '-A FORWARD -m set --match-set seen src -j DROP';
  assert.equal(
    said(world([maps, '-A FORWARD -j SET --map-set seen src --map-mark'], setOf('seen'))).verdict,
    'reachable',
  );
});

test('how often an entry was met is not known', () => {
  const counted = (more: string) => `-A FORWARD -i eth0 -m set --match-set banned src ${more} -j DROP`;
  const all = setOf('banned', '0.0.0.0/1', '128.0.0.0/1');
  assert.equal(said(world([counted('--packets-gt 5')], all)).verdict, 'unknown');
  assert.equal(said(world([counted('! --update-counters')], all)).verdict, 'blocked');
  assert.equal(said(world([counted('--bytes-lt 5')], setOf('banned'))).verdict, 'reachable');
});

test('a ban changes no hash of the rules, and has the stranger knock again only where it changes what is said', () => {
  const quiet = world([BANNED], setOf('banned', '198.51.100.1'));
  const more = world([BANNED], setOf('banned', '198.51.100.1', '198.51.100.2'));
  const all = world([BANNED], setOf('banned', '0.0.0.0/1', '128.0.0.0/1'));
  const print = (snapshot: Snapshot) => fingerprintOf(snapshot, evaluate(snapshot).ports);
  assert.deepEqual(rulesetHashes(all), rulesetHashes(quiet));
  assert.equal(print(more), print(quiet));
  assert.notEqual(print(all), print(quiet));
  assert.deepEqual(evaluate(more, { before: quiet }).findings, []);
});
