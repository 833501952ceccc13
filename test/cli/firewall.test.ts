import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { reportInWords } from '../../cli/firewall-words.ts';
import { evaluate } from '../../exporters/docker-firewall/evaluate.ts';
import { readSnapshot } from '../../exporters/docker-firewall/read-snapshot.ts';
import { run } from './command.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/firewall/${name}.json`, import.meta.url));
const HEALTHY = fixture('healthy');
const DROPPED = fixture('dropped');

interface Port {
  readonly container: string;
  readonly port: number;
  readonly proto: string;
  readonly from: string;
  readonly hostAddress: string;
  readonly verdict: string;
  readonly why: string;
  readonly rule: string;
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-firewall-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

suite('signalbox firewall explain', { concurrency: 2 }, () => {
  test('a healthy machine: every port with its verdict and why, and exit code 0', async () => {
    const { code, out, err } = await run(['firewall', 'explain', '--replay', HEALTHY]);
    assert.equal(err, '');
    assert.match(out, /^web {2}0\.0\.0\.0:8080\/tcp +outside +REACHABLE +through a DNAT rule$/m);
    assert.match(out, /^games {2}0\.0\.0\.0:25565\/udp +outside +REACHABLE/m);
    assert.doesNotMatch(out, /127\.0\.0\.1:8081\/tcp +outside/);
    assert.doesNotMatch(out, /CRITICAL|WARNING/);
    assert.equal(code, 0);
  });

  test('a rule that drops: the rule, its counter and the command that mends it, and exit code 1', async () => {
    const { code, out } = await run(['firewall', 'explain', '--replay', DROPPED]);
    assert.match(out, /^web {2}0\.0\.0\.0:8080\/tcp +outside +BLOCKED/m);
    assert.match(out, /^(?:CRITICAL|WARNING) forward_blocked \(web:8080\/tcp\)$/m);
    assert.match(out, /nft filter DOCKER-USER: -A DOCKER-USER -p tcp -m tcp --dport 80 -j DROP, \d+ packets so far/);
    assert.match(
      out,
      /to mend it: iptables-nft -I DOCKER-USER 1 -p tcp -m conntrack --ctstate DNAT --ctorigdstport 8080 -j ACCEPT/,
    );
    assert.equal(code, 1);
  });

  test('in a narrow terminal sentences go on below, and commands stay in one piece', () => {
    const snapshot = readSnapshot(readFileSync(DROPPED, 'utf8'), DROPPED);
    const report = evaluate(snapshot, {});
    for (const walk of [false, true]) {
      const wide = reportInWords(report, snapshot, walk);
      const narrow = reportInWords(report, snapshot, walk, 60);
      const flat = (lines: readonly string[]) => lines.join(' ').replace(/\s+/g, ' ');
      assert.equal(flat(narrow), flat(wide));
      assert.ok(narrow.length > wide.length);
      const command =
        '  to mend it: iptables-nft -I DOCKER-USER 1 -p tcp -m conntrack --ctstate DNAT --ctorigdstport 8080 -j ACCEPT';
      assert.ok(narrow.includes(command), narrow.join('\n'));
    }
  });

  test('containers that publish nothing are counted in words', () => {
    const snapshot = readSnapshot(readFileSync(HEALTHY, 'utf8'), HEALTHY);
    const { docker } = snapshot;
    assert.ok(docker !== undefined);
    const said = (count: number) => {
      const some = { ...snapshot, docker: { ...docker, containers: docker.containers.slice(0, count) } };
      return reportInWords({ at: 0, ports: [], findings: [] }, some, false);
    };
    assert.deepEqual(said(0), ['Docker runs no container.']);
    assert.deepEqual(said(1), ['Docker runs one container, and it publishes no port.']);
    assert.deepEqual(said(2), ['Docker runs 2 containers, and none publishes a port.']);
  });

  test('one port: every chain on its way, and nothing of the others', async () => {
    const { code, out } = await run(['firewall', 'explain', 'web:8080/tcp', '--replay', DROPPED]);
    assert.match(out, /^web {2}0\.0\.0\.0:8080\/tcp from outside: BLOCKED$/m);
    assert.match(out, /^ +2 {2}nft nat DOCKER: .* -j DNAT --to-destination 172\.17\.0\.2:80$/m);
    assert.doesNotMatch(out, /games/);
    assert.equal(code, 1);
    const other = await run(['firewall', 'explain', 'games', '--replay', DROPPED]);
    assert.doesNotMatch(other.out, /web|forward_blocked/);
    assert.equal(other.code, 0);
  });

  test('--json has ports and findings, with the promised keys', async () => {
    const { out } = await run(['firewall', 'explain', '--json', '--replay', DROPPED]);
    const { ports, findings } = JSON.parse(out) as { ports: Port[]; findings: { check: string }[] };
    const web = ports.find((one) => one.port === 8080 && one.from === 'outside' && one.hostAddress === '0.0.0.0');
    assert.deepEqual(
      [web?.container, web?.proto, web?.verdict, web?.rule],
      ['web', 'tcp', 'blocked', 'nft filter DOCKER-USER: -A DOCKER-USER -p tcp -m tcp --dport 80 -j DROP'],
    );
    assert.match(web?.why ?? '', /stops traffic to docker0/);
    assert.deepEqual(
      findings.map(({ check }) => check),
      ['forward_blocked'],
    );
  });

  test('a typo gets the nearest word, and what there is, with exit code 2', async () => {
    const asked = async (port: string) => {
      const { code, err, out } = await run(['firewall', 'explain', port, '--replay', HEALTHY]);
      assert.equal(out, '');
      assert.equal(code, 2);
      return err.trim();
    };
    assert.equal(await asked('wbe:8080'), 'no running container is named wbe; did you mean web?');
    assert.equal(await asked('quiet:80'), 'the container quiet publishes no port');
    assert.equal(
      await asked('web:80'),
      'web does not publish 80: it publishes web:8081/tcp and web:8080/tcp; 80 is inside, and outside it is 8081 and 8080',
    );
    assert.match(await asked('mailserver'), /^no running container is named mailserver; ports are published by/);
  });

  test('a file that is no snapshot: where, what came, what was wanted', async (t) => {
    const path = join(await folder(t), 's.json');
    const healthy = JSON.parse(readFileSync(HEALTHY, 'utf8')) as Record<string, unknown>;
    const saidOf = async (content: string) => {
      await writeFile(path, content);
      const { code, err } = await run(['firewall', 'explain', '--replay', path]);
      assert.equal(code, 2);
      return err.trim().replaceAll(path, 's.json');
    };
    assert.match(await saidOf('{"version":1,'), /^s\.json: this is no JSON: .*position 13/);
    assert.equal(await saidOf('[]'), 's.json: came [], wanted an object');
    assert.equal(await saidOf(JSON.stringify({ ...healthy, version: 2 })), 's.json: version: came 2, wanted 1');
    assert.equal(
      await saidOf(JSON.stringify({ ...healthy, links: [{ ifindex: 1, ifname: 5, flags: [] }] })),
      's.json: links[0].ifname: came 5, wanted text',
    );
    assert.equal(
      await saidOf(JSON.stringify({ ...healthy, sysctls: undefined })),
      's.json: sysctls: came nothing, wanted an object',
    );
    const gone = await run(['firewall', 'explain', '--replay', '/nowhere/s.json']);
    assert.equal(gone.err.trim(), '--replay: there is no file /nowhere/s.json');
    assert.equal(gone.code, 2);
  });

  test('--from wants an address, and --socket a Docker', async () => {
    const wrong = await run(['firewall', 'explain', '--from', 'everywhere', '--replay', HEALTHY]);
    assert.deepEqual([wrong.code, wrong.err.trim()], [2, '--from: came "everywhere", wanted an IP address']);
    const nobody = await run(['firewall', 'explain', '--socket', '/nowhere/docker.sock']);
    assert.deepEqual([nobody.code, nobody.err.trim()], [2, '--socket: there is no Docker at /nowhere/docker.sock']);
  });

  test('a DOCKER_HOST on another machine is no place to read a firewall of', async () => {
    const { code, out } = await run(['firewall', 'explain'], { env: { DOCKER_HOST: 'tcp://192.0.2.1:2375' } });
    assert.match(out, /docker cannot be read: DOCKER_HOST is "tcp:\/\/192\.0\.2\.1:2375": wanted unix:\/\/PATH/);
    assert.equal(code, 4);
  });

  test('what names in a snapshot hold does not steer the terminal', async (t) => {
    const path = join(await folder(t), 's.json');
    await writeFile(path, readFileSync(HEALTHY, 'utf8').replaceAll('"/games"', '"/ga\\u001b[2Jmes"'));
    const { out } = await run(['firewall', 'explain', '--replay', path]);
    assert.ok(out.includes('ga\u{fffd}[2Jmes'));
  });
});

suite('signalbox firewall snapshot', () => {
  test('writes a file that its owner and group may read, whole, and explain reads it', async (t) => {
    const place = await folder(t);
    const to = join(place, 'snapshot.json');
    const { code, err } = await run(['firewall', 'snapshot', '--to', to]);
    // Without root some of it is missing, and said so.
    assert.ok(code === 0 ? err === '' : code === 4 && /cannot be read/.test(err), `${code} ${err}`);
    assert.equal(statSync(to).mode & 0o777, 0o640);
    assert.deepEqual(await readdir(place), ['snapshot.json']);
    const explained = await run(['firewall', 'explain', '--replay', to]);
    assert.ok(explained.code === 0 || explained.code === 4, explained.err);
  });

  test('a folder that is not there is said', async () => {
    const { code, err } = await run(['firewall', 'snapshot', '--to', '/nowhere/s.json']);
    assert.deepEqual([code, err.trim()], [5, '/nowhere/s.json cannot be written: there is no folder /nowhere']);
  });
});
