import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../exporters/docker-firewall/evaluate.ts';
import type { FirewallFinding } from '../../../exporters/docker-firewall/report.ts';
import { type Settling, settle } from '../../../exporters/docker-firewall/settling.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import { SECOND } from '../../../model/time.ts';
import { DOCKER0, healthyWorld, type Net, WEB, withRule, withRules } from './evaluate/world.ts';

const drift = (...evidence: readonly string[]): FirewallFinding => ({
  check: 'ruleset_drift',
  severity: 'warning',
  subject: 'host',
  says: 'rules have changed',
  evidence,
});

/** What is told at each second look, `at` in seconds. */
function looks(...all: readonly (readonly [at: number, found: FirewallFinding | undefined])[]): string[] {
  let settling: Settling | undefined;
  return all.flatMap(([at, found]) => {
    const { told, ...after } = settle(found, settling, [], at * SECOND);
    settling = after.settling;
    return told === undefined ? [] : [`${at}: ${told.evidence.join()}`];
  });
}

test('drift is told when it is still there at a second look, some seconds later', () => {
  assert.deepEqual(looks([0, drift('a')], [2, drift('a')], [6, drift('a')], [12, undefined]), ['6: a']);
  assert.deepEqual(looks([0, drift('a')], [6, undefined], [12, undefined]), []);
});

test('a clock that is set back, by an hour or ten years, keeps nothing from being told', () => {
  assert.deepEqual(looks([90_000, drift('a')], [100, drift('a')], [106, drift('a')]), ['106: a']);
});

test('what comes to it is looked at twice as well, and what has gone of it is not told', () => {
  assert.deepEqual(looks([0, drift('a')], [6, drift('a', 'b')], [12, drift('a', 'b')]), ['12: a,b']);
  assert.deepEqual(looks([0, drift('a', 'b')], [6, drift('a')]), ['6: a']);
});

test('rules that go on changing keep nothing from being told for longer than a minute', () => {
  const all = Array.from({ length: 14 }, (_, index) => [5 * index, drift('a', `b${index}`)] as const);
  assert.deepEqual(looks(...all), ['60: a,b12']);
});

/** What two hosts differ in, with something that Docker did between them or not. */
const linesBetween = (before: Snapshot, after: Snapshot, explained: readonly string[] = []) =>
  evaluate(after, { before, explained }).findings.flatMap(({ check, evidence }) =>
    check === 'ruleset_drift' ? evidence : [],
  );
const NEW: Net = { name: 'new', bridge: 'br-fedcba987654', prefix: '172.20' };

for (const layout of ['20.10', '28'] as const) {
  test(`rules of Docker ${layout} for a network that it does not name yet are Docker's`, () => {
    const before = healthyWorld({ layout, nets: [DOCKER0] });
    const { rules } = healthyWorld({
      layout,
      nets: [DOCKER0, NEW],
      webs: [WEB, { ...WEB, name: 'app', network: 'new', ip: '172.20.0.2', ports: [{ host: 9000, inside: 90 }] }],
    });
    const lines = linesBetween(before, { ...before, rules }, ['create network new']);
    // A container that asks for its own port: which address is Docker's only its network says.
    assert.ok(
      lines.every((line) => line.includes('-s 172.20.0.2/32 -d 172.20.0.2/32')),
      lines.join('\n'),
    );
    assert.notDeepEqual(linesBetween(before, { ...before, rules }), [], 'nothing that Docker did');
  });

  test(`rules of Docker ${layout} that come back when it starts again are Docker's, and so is its policy`, () => {
    const bare = healthyWorld({ layout });
    const empty = withRules(bare, (text) =>
      text.replaceAll(/^\[0:0\] -A (?!INPUT).*\n/gm, '').replace(':FORWARD DROP', ':FORWARD ACCEPT'),
    );
    assert.deepEqual(linesBetween(empty, bare, ['start daemon docker']), []);
  });
}

test('what nobody of Docker writes is told, whatever Docker does at the same time', () => {
  const before = healthyWorld();
  const rules = [
    '-A DOCKER-USER -p tcp -m tcp --dport 80 -j DROP',
    '-A FORWARD -o docker0 -j DROP',
    '-A FORWARD -i eth0 -o docker0 -j ACCEPT',
    '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
    '-A FORWARD -i wg0 -j ACCEPT',
  ];
  for (const rule of rules)
    assert.deepEqual(linesBetween(before, withRule(before, 'filter', rule), ['start container web']), [
      `+ nft filter ${rule.split(' ')[1]}: ${rule}`,
    ]);
  const open = withRules(before, (text) => text.replace(':FORWARD DROP', ':FORWARD ACCEPT'));
  assert.deepEqual(linesBetween(before, open, ['start container web']), ['- nft filter FORWARD policy DROP']);
});

test('who is banned is no change of the rules', () => {
  const chain = (...rules: readonly string[]) =>
    withRules(healthyWorld(), (text) =>
      text.replace(
        /(\*filter\n)((?::.*\n)+)/,
        `$1$2:f2b-sshd - [0:0]\n${rules.map((one) => `[0:0] ${one}\n`).join('')}`,
      ),
    );
  const before = chain('-A f2b-sshd -j RETURN');
  const after = chain('-A f2b-sshd -s 198.51.100.9/32 -j REJECT', '-A f2b-sshd -j RETURN');
  assert.deepEqual(linesBetween(before, after), []);
});

test("a rule in the other backend is not Docker's, whatever its shape", () => {
  const shut = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
  const other = (legacy4: string) => ({ ...healthyWorld(), rules: { ...healthyWorld().rules, legacy4 } });
  const lines = linesBetween(other(shut), other(shut.replace('FORWARD ACCEPT', 'FORWARD DROP')), [
    'start container web',
  ]);
  assert.deepEqual(lines, ['+ legacy filter FORWARD policy DROP']);
});
