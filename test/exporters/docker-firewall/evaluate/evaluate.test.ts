import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { evaluate } from '../../../../exporters/docker-firewall/evaluate.ts';
import type { PortReport, Report } from '../../../../exporters/docker-firewall/report.ts';
import type { Snapshot } from '../../../../exporters/docker-firewall/snapshot.ts';
import { manyContainers } from './many.ts';
import { BACKEND, DOCKER0, healthyWorld, WEB, type WorldOptions, without, withRule, withRules } from './world.ts';

const WORLDS: readonly WorldOptions[] = (['20.10', '28'] as const).flatMap((layout) =>
  (['nft', 'legacy'] as const).flatMap((backend) => [true, false].map((hasProxy) => ({ layout, backend, hasProxy }))),
);
const LEGACY_DROP = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [2:120]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';

function from(report: Report, place: PortReport['from']): PortReport {
  return report.ports.find((one) => one.from === place) ?? assert.fail(`no line from ${place}`);
}

function checksOf({ findings }: Report): string[] {
  return findings.map(({ check }) => check);
}

for (const options of WORLDS) {
  const name = `Docker ${options.layout} in ${options.backend}, ${options.hasProxy ? 'with' : 'without'} docker-proxy`;

  test(`${name}: nothing is wrong with a healthy host`, () => {
    const report = evaluate(healthyWorld(options));
    assert.deepEqual(report.findings, []);
    assert.equal(from(report, 'outside').verdict, 'reachable');
    assert.equal(from(report, 'outside').by, 'dnat');
    assert.equal(from(report, 'host').verdict, 'reachable');
    assert.notEqual(from(report, 'bridge:backend').verdict, 'unknown');
  });

  test(`${name}: each rule whose loss cuts strangers or the host off is missed`, () => {
    const healthy = healthyWorld(options);
    const text = healthy.rules.nft4 ?? healthy.rules.legacy4 ?? '';
    let broken = 0;
    for (const line of text.split('\n').filter((one) => one.startsWith('['))) {
      const rule = line.replace(/^\[\d+:\d+\] /, '');
      const report = evaluate(without(healthy, rule));
      const lost = report.ports.filter((one) => !one.from.startsWith('bridge:') && one.verdict !== 'reachable');
      if (lost.length > 0) {
        broken++;
        assert.ok(report.findings.length > 0, `nothing was found without ${rule}`);
      }
      assert.ok(
        report.ports.every(({ verdict }) => verdict !== 'unknown'),
        `unknown without ${rule}`,
      );
    }
    assert.ok(broken >= (options.hasProxy ? 2 : 4), `only ${broken} rules bear any load`);
  });
}

test('story 8: the old backend still drops, and the sentence says so', () => {
  const report = evaluate({ ...healthyWorld(), rules: { ...healthyWorld().rules, legacy4: LEGACY_DROP } });
  const outside = from(report, 'outside');
  assert.equal(outside.verdict, 'blocked');
  assert.equal(outside.rule, 'legacy filter FORWARD policy DROP');
  assert.equal(outside.packets, 2);
  assert.equal(
    outside.fix,
    'iptables-legacy -A FORWARD -p tcp -m conntrack --ctstate DNAT --ctorigdstport 8080 -j ACCEPT',
  );
  assert.equal(outside.why, "iptables-legacy's FORWARD policy is DROP and nothing there accepts traffic to docker0.");
  assert.equal(from(report, 'host').verdict, 'reachable');
  assert.deepEqual(checksOf(report), ['forward_blocked', 'split_brain']);
});

test("the reply's rule is missed by name", () => {
  const report = evaluate(without(healthyWorld(), '-A FORWARD -i docker0 ! -o docker0 -j ACCEPT'));
  assert.equal(from(report, 'outside').verdict, 'blocked');
  assert.match(
    report.findings[0]?.says ?? '',
    /the replies from docker0.*"-A FORWARD -i docker0 ! -o docker0 -j ACCEPT" is missing/,
  );
});

test('a match that is not modelled makes unknown where it decides, and nothing where it does not', () => {
  const decides = evaluate(
    withRule(healthyWorld(), 'filter', '-A DOCKER-USER -m recent --update --seconds 30 --name x --rsource -j DROP'),
  );
  assert.equal(from(decides, 'outside').verdict, 'unknown');
  assert.match(from(decides, 'outside').why, /-m recent/);
  assert.deepEqual(decides.findings, []);
  for (const harmless of [
    '-A FORWARD -m limit --limit 3/min -j LOG --log-prefix "a \\"b"',
    '-A DOCKER-USER -m string --string x --algo bm -j RETURN',
    '-A FORWARD -p udp -m hashlimit --hashlimit-name y --hashlimit-above 1/sec -j DROP',
  ]) {
    const report = evaluate(withRule(healthyWorld(), 'filter', harmless));
    assert.equal(from(report, 'outside').verdict, 'reachable', harmless);
  }
});

test('a rule that some neighbours pass makes it depend on who asks; one who is named has an answer', () => {
  const guarded = withRule(healthyWorld(), 'filter', '-A DOCKER-USER -s 192.0.2.64/26 -i eth0 -j DROP');
  assert.equal(from(evaluate(guarded), 'outside').verdict, 'unknown');
  assert.equal(from(evaluate(guarded, { from: '192.0.2.70' }), 'outside').verdict, 'blocked');
  assert.equal(from(evaluate(guarded, { from: '192.0.2.20' }), 'outside').verdict, 'reachable');
});

test('a port bound to loopback is blocked from elsewhere on purpose, and that is no finding', () => {
  const report = evaluate(healthyWorld({ webs: [{ ...WEB, ports: [{ host: 8080, inside: 80, at: '127.0.0.1' }] }] }));
  assert.equal(from(report, 'outside').verdict, 'blocked');
  assert.match(from(report, 'outside').why, /loopback/);
  assert.equal(from(report, 'host').verdict, 'reachable');
  assert.deepEqual(report.findings, []);
});

test('without its DNAT a port is answered by docker-proxy, and a warning names it', () => {
  const line = '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80';
  const report = evaluate(without(healthyWorld(), line));
  assert.equal(from(report, 'outside').by, 'proxy');
  assert.deepEqual(
    report.findings.map(({ check, severity, subject }) => [check, severity, subject]),
    [['dnat_missing', 'warning', 'web:8080/tcp']],
  );
});

test('twenty ports behind one cause are one finding', () => {
  const many = manyContainers(20, 300);
  const report = evaluate(withRules(many, (text) => text.replace(/^\[0:0\] -A FORWARD .*\n/gm, '')));
  assert.equal(checksOf(report).filter((check) => check === 'forward_blocked').length, 1);
  assert.equal(report.findings.find(({ check }) => check === 'forward_blocked')?.subject, '20 published ports');
});

test('wrong and stale targets, forwarding, bridges and masquerade are found by name', () => {
  const healthy = healthyWorld();
  const to = (target: string) => withRules(healthy, (text) => text.replace('172.17.0.2:80', target));
  const sysctls = { ...healthy.sysctls, 'net.ipv4.ip_forward': '0', 'net.ipv4.conf.eth0.forwarding': '0' };
  const down = healthy.links.map((link) => (link.ifname === 'docker0' ? { ...link, flags: [] } : link));
  const cases: readonly (readonly [string, Snapshot, RegExp])[] = [
    ['stale_target', to('172.17.0.9:80'), /172\.17\.0\.9/],
    ['wrong_target', to('172.17.0.2:81'), /172\.17\.0\.2:81/],
    ['forwarding_off', { ...healthy, sysctls }, /ip_forward/],
    ['bridge_down', { ...healthy, links: down }, /docker0/],
    [
      'masquerade_missing',
      without(healthy, '-A POSTROUTING -s 172.18.0.0/16 ! -o br-0123456789ab -j MASQUERADE'),
      /backend/,
    ],
  ];
  for (const [check, snapshot, words] of cases) {
    const found =
      evaluate(snapshot).findings.find((one) => one.check === check) ?? assert.fail(`${check} was not found`);
    assert.match(`${found.subject} ${found.says}`, words);
  }
});

test('what came or went since the last look is told line by line, unless Docker did it', () => {
  const before = healthyWorld();
  const now = withRule(before, 'filter', '-A INPUT -p tcp -m tcp --dport 1234 -j ACCEPT');
  const [drift] = evaluate(now, { before }).findings;
  assert.equal(drift?.check, 'ruleset_drift');
  assert.deepEqual(drift?.evidence, ['+ nft filter INPUT: -A INPUT -p tcp -m tcp --dport 1234 -j ACCEPT']);
  assert.deepEqual(evaluate(before, { before }).findings, []);
  const another = healthyWorld({
    webs: [WEB, { name: 'db', network: 'backend', ip: '172.18.0.2', ports: [{ host: 5432, inside: 5432 }] }],
  });
  assert.deepEqual(evaluate(another, { before }).findings, []);
});

test('the allow-list, another engine and another backend at the next start are told', () => {
  const healthy = healthyWorld();
  assert.deepEqual(checksOf(evaluate(healthy, { allowed: ['443/tcp'] })), ['unexpected_exposure']);
  assert.deepEqual(checksOf(evaluate(healthy, { allowed: ['8080/tcp'] })), []);
  const snap = { ...healthy, packaging: { dockerdPath: '/snap/docker/2915/bin/dockerd', versions: {} } };
  assert.ok(checksOf(evaluate(snap, { before: healthy })).includes('engine_changed'));
  const flipped = { ...healthy, packaging: { ...healthy.packaging, iptablesVersion: 'iptables v1.8.9 (legacy)' } };
  assert.deepEqual(checksOf(evaluate(flipped)), ['backend_mismatch', 'time_bomb']);
});

test('nothing is said where Docker is absent, rootless, or leaves the firewall alone', () => {
  const { docker, ...without } = healthyWorld();
  assert.deepEqual(evaluate(without), { at: without.at, ports: [], findings: [] });
  const bare = { ...healthyWorld(), rules: {} };
  assert.ok(docker);
  const handsOff = { ...bare, docker: { ...docker, settings: { iptables: false } } };
  assert.deepEqual(evaluate(handsOff).findings, []);
  assert.equal(from(evaluate(handsOff), 'outside').by, 'proxy');
  const rootless = { ...bare, docker: { ...docker, info: { SecurityOptions: ['name=rootless'] } } };
  assert.deepEqual(evaluate(rootless).findings, []);
});

test('nothing is said of a container on a network that is no bridge of this host', () => {
  const healthy = healthyWorld();
  const docker = healthy.docker ?? assert.fail();
  for (const Driver of ['macvlan', 'ipvlan', 'overlay', 'host', 'null']) {
    const networks = [
      ...docker.networks,
      { Id: 'a', Name: 'lan', Driver, IPAM: { Config: [{ Subnet: '198.51.100.0/24' }] } },
    ];
    const lan = {
      Id: 'lan-id',
      Name: '/lan',
      State: { Running: true },
      NetworkSettings: { Networks: { lan: { IPAddress: '198.51.100.2' } }, Ports: { '80/tcp': null } },
    };
    const report = evaluate({ ...healthy, docker: { ...docker, networks, containers: [...docker.containers, lan] } });
    assert.deepEqual(report.findings, []);
    assert.deepEqual(new Set(report.ports.map(({ container }) => container)), new Set(['web']));
  }
});

test('rules that could not be read make everything unknown', () => {
  const report = evaluate({ ...healthyWorld(), missing: [{ part: 'legacy4', why: 'not permitted' }] });
  assert.deepEqual([...new Set(report.ports.map(({ verdict }) => verdict))], ['unknown']);
});

test("Docker 29 with its own nftables table is walked; iptables' FORWARD policy still counts", async () => {
  const path = new URL('../../../fixtures/firewall/docker-29-nftables.json', import.meta.url);
  const nft = JSON.parse(await readFile(path, 'utf8'));
  const base = healthyWorld({ nets: [DOCKER0, BACKEND] });
  const docker = base.docker && { ...base.docker, info: { FirewallBackend: { Driver: 'nftables' } } };
  const healthy: Snapshot = { ...base, rules: {}, nft, ...(docker && { docker }) };
  const report = evaluate(healthy);
  assert.deepEqual(report.findings, []);
  assert.equal(from(report, 'outside').by, 'dnat');
  const dropped = evaluate({ ...healthy, rules: { nft4: LEGACY_DROP } });
  assert.equal(from(dropped, 'outside').rule, 'nft filter FORWARD policy DROP');
  assert.deepEqual(checksOf(dropped), ['forward_blocked', 'split_brain']);
});

test('a container that a route sets apart does not speak for its whole network', () => {
  const app = { name: 'app', network: 'backend', ip: '172.18.0.2', ports: [{ host: 8082, inside: 80 }] };
  const healthy = healthyWorld({ webs: [WEB, app] });
  const apart = { ...healthy, routes4: [...healthy.routes4, { dst: WEB.ip, type: 'blackhole' }] };
  const asked = evaluate(apart).ports.find((one) => one.container === 'app' && one.from === 'bridge:bridge');
  assert.equal(asked?.verdict, 'unknown');
  assert.match(asked?.why ?? '', /It depends on who asks: .* 172\.17\.0\.2 would not/);
});
