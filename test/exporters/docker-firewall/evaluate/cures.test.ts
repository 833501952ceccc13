import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { evaluate } from '../../../../exporters/docker-firewall/evaluate.ts';
import { readSnapshot } from '../../../../exporters/docker-firewall/read-snapshot.ts';
import type { Snapshot } from '../../../../exporters/docker-firewall/snapshot.ts';
import { whatItDisarms } from '../../../integration/firewall/harmless.ts';
import { healthyWorld, WEB, type WorldOptions, withRule, withRules } from './world.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/firewall/', import.meta.url));

/** Every cure that is printed of a host, each once. */
function curesOf(snapshot: Snapshot): string[] {
  const { findings, ports } = evaluate(snapshot);
  for (const one of [...findings, ...ports]) assert.equal(whatItDisarms(one, snapshot), undefined);
  return [...new Set([...findings, ...ports].flatMap(({ fix = [] }) => fix))];
}

const withSysctl = (snapshot: Snapshot, name: string, value: string): Snapshot => ({
  ...snapshot,
  sysctls: { ...snapshot.sysctls, [name]: value },
});

/** As ufw leaves it: nothing comes in but what is established. */
const closed = (snapshot: Snapshot) =>
  withRules(snapshot, (text) =>
    text
      .replace(':INPUT ACCEPT', ':INPUT DROP')
      .replace(/(\*filter\n(?::.*\n)+)/, '$1[0:0] -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n'),
  );
const flushed = (snapshot: Snapshot) => withRules(snapshot, (text) => text.replace(/\*nat\n(?:.*\n)*?COMMIT\n/, ''));
const SHUT = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [2:120]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
const OTHER = { name: 'other', network: 'bridge', ip: '172.17.0.3', ports: [{ host: 9090, inside: 80 }] };

test("every cure for a rule that is gone, whichever it is, touches only what is Docker's", () => {
  const worlds: readonly WorldOptions[] = [{}, { layout: '28' }, { backend: 'legacy', hasProxy: false }];
  for (const options of worlds) {
    const world = healthyWorld(options);
    const lines = (world.rules.nft4 ?? world.rules.legacy4 ?? '').split('\n');
    for (const [index, line] of lines.entries()) {
      if (!line.includes(' -A ')) continue;
      const broken = withRules(world, () => lines.toSpliced(index, 1).join('\n'));
      for (const one of [broken, closed(broken)])
        for (const fix of curesOf(one)) assert.equal(fix, 'systemctl restart docker', line);
    }
  }
});

test('the cures of every host that was kept', () => {
  for (const file of readdirSync(FIXTURES).filter((name) => /snapshot\.json$|^(?:healthy|dropped)\.json$/.test(name))) {
    const text = readFileSync(`${FIXTURES}${file}`, 'utf8');
    const { snapshot = JSON.parse(text) } = JSON.parse(text);
    curesOf(readSnapshot(JSON.stringify(snapshot), file));
  }
});

test("ufw has closed the host, and Docker's DNAT is gone: Docker is started again, and no policy is opened", () => {
  assert.deepEqual(curesOf(closed(flushed(healthyWorld()))), ['systemctl restart docker']);
  assert.deepEqual(curesOf(closed(healthyWorld())), []);
});

test('a rule that drops is left as it is, and the port let in right before it', () => {
  const [cure] = curesOf(withRule(healthyWorld({ webs: [WEB, OTHER] }), 'filter', '-A DOCKER-USER -i eth0 -j DROP'));
  assert.equal(
    cure,
    'for port in 8080 9090; do iptables-nft -I DOCKER-USER 1 -p tcp -m conntrack --ctstate DNAT --ctorigdstport $port -j ACCEPT; done',
  );
});

test('what is let in is then reachable, and nothing else is', () => {
  const drop = '-A FORWARD -i eth0 -j DROP';
  const world = withRule(healthyWorld({ webs: [WEB, OTHER] }), 'filter', drop);
  const [web] = evaluate(world).ports;
  assert.equal(web?.fix, 'iptables-nft -I FORWARD 1 -p tcp -m conntrack --ctstate DNAT --ctorigdstport 8080 -j ACCEPT');
  const mended = withRule(world, 'filter', web.fix.replace(/^iptables-nft -I FORWARD 1/, '-A FORWARD'));
  const verdicts = evaluate(mended)
    .ports.filter(({ from }) => from === 'outside')
    .map(({ container, verdict }) => [container, verdict]);
  assert.deepEqual(verdicts, [
    ['web', 'reachable'],
    ['other', 'blocked'],
  ]);
});

test("another backend's policy of DROP stays, and the published ports are let in", () => {
  const world = healthyWorld();
  assert.deepEqual(curesOf({ ...world, rules: { ...world.rules, legacy4: SHUT } }), [
    'iptables-legacy -A FORWARD -p tcp -m conntrack --ctstate DNAT --ctorigdstport 8080 -j ACCEPT',
  ]);
});

test('what Docker has left behind in another backend goes, and what its users wrote there stays', () => {
  const world = healthyWorld();
  const left = healthyWorld({ layout: '28', backend: 'legacy' }).rules.legacy4 ?? assert.fail();
  const cures = curesOf({ ...world, rules: { ...world.rules, legacy4: left } });
  const removal = cures.find((one) => one.includes('-restore')) ?? assert.fail(cures.join('\n'));
  assert.match(
    removal,
    /^iptables-legacy -A FORWARD -p tcp -m conntrack --ctstate DNAT --ctorigdstport 8080 -j ACCEPT; for bridge in docker0 br-0123456789ab; do /,
  );
  const pattern = new RegExp(/grep -Ev '(.*)'/.exec(removal)?.[1] ?? assert.fail());
  const stays = left
    .split('\n')
    .map((line) => line.replace(/^\[\d+:\d+\] /, ''))
    .filter((line) => !pattern.test(line));
  assert.ok(stays.includes('-A FORWARD -j DOCKER-USER'));
  assert.ok(stays.some((line) => line.startsWith(':DOCKER-USER ')));
  assert.deepEqual(
    stays.filter((line) => /DOCKER(?!-USER)/.test(line)),
    [],
  );
});

test('forwarding that is off: Docker switches it on for itself; what opens more says what', () => {
  const off = withSysctl(healthyWorld(), 'net.ipv4.ip_forward', '0');
  assert.deepEqual(curesOf(off), ['systemctl restart docker']);
  for (const options of [off, withSysctl(healthyWorld(), 'net.ipv4.conf.eth0.forwarding', '0')])
    for (const { fix, sideEffect } of evaluate(options).findings)
      assert.equal(sideEffect !== undefined, fix?.startsWith('sysctl'), fix);
  const [finding] = evaluate(withSysctl(healthyWorld(), 'net.ipv4.conf.eth0.forwarding', '0')).findings;
  assert.equal(finding?.fix, 'sysctl -w net.ipv4.conf.eth0.forwarding=1');
  assert.match(finding.sideEffect ?? '', /passes on what comes in by eth0, also for others than Docker/);
});

test("a dot in the name of a VLAN's interface is none between the names of a setting", () => {
  const world = withSysctl(healthyWorld(), 'net.ipv4.conf.eth0.7.forwarding', '0');
  const vlan = JSON.parse(JSON.stringify(world).replaceAll('"eth0"', '"eth0.7"')) as Snapshot;
  assert.deepEqual(curesOf(vlan), ['sysctl -w net.ipv4.conf.eth0/7.forwarding=1']);
});

test('Docker keeps its own bridges apart, and no cure takes that away', () => {
  const webs = [WEB, { name: 'app', network: 'backend', ip: '172.18.0.2', ports: [{ host: 8082, inside: 80 }] }];
  const { ports } = evaluate(healthyWorld({ webs, hasProxy: false }));
  const apart = ports.filter(({ from, verdict }) => from.startsWith('bridge:') && verdict === 'blocked');
  for (const { fix } of apart) assert.equal(fix, undefined);
});

test('a snap of Docker is started again as such, and one that would change its backend is led back first', () => {
  const world = flushed(healthyWorld());
  const packaging = { ...world.packaging, dockerdPath: '/snap/docker/2915/bin/dockerd' };
  assert.deepEqual(curesOf({ ...world, packaging }), ['snap restart docker']);
  const moved = { ...world, packaging: { ...world.packaging, iptablesVersion: 'iptables v1.8.9 (legacy)' } };
  const back = ['iptables', 'ip6tables'].map((one) => `update-alternatives --set ${one} /usr/sbin/${one}-nft`);
  const cures = curesOf(moved);
  assert.ok(cures.includes([...back, 'systemctl restart docker'].join('; ')), cures.join('\n'));
  assert.ok(!cures.includes('systemctl restart docker'), cures.join('\n'));
});

test('what has gone to another chain is let in before it goes there: the end of its own it never comes to', () => {
  const world = withRules(healthyWorld(), (text) =>
    text.replace(/(\*filter\n(?::.*\n)+)/, '$1:guests - [0:0]\n[0:0] -A FORWARD -i eth0 -g guests\n'),
  );
  assert.deepEqual(curesOf(world), [
    'iptables-nft -I FORWARD 1 -p tcp -m conntrack --ctstate DNAT --ctorigdstport 8080 -j ACCEPT',
  ]);
});
