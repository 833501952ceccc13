import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { writePage } from '../../../exposition/page.ts';
import { type DockerHost, startDockerHost } from '../../integration/docker-host.ts';
import { until } from '../../integration/until.ts';
import { requireProgram } from '../../require-program.ts';
import { type Box, seriesOf, startBox } from './box-process.ts';

const PORT = { container: 'web', host_ip: '0.0.0.0', host_port: '8080', proto: 'tcp' };
const DROP = 'DOCKER-USER -p tcp --dport 80 -j DROP';

function isReady(t: TestContext): boolean {
  if (process.getuid?.() !== 0) {
    t.skip('needs root for a Docker of its own');
    return false;
  }
  return ['dockerd', 'containerd', 'runc', 'busybox', 'iptables', 'nft', 'ip'].every(
    (program) => requireProgram(program, t) !== undefined,
  );
}

/** A host with `web` at port 8080, and the exporter in it. */
async function startHost(t: TestContext, backend: 'nft' | 'legacy') {
  const host = await startDockerHost({ backend });
  t.after(() => host[Symbol.asyncDispose]());
  const web = await host.startContainer({
    name: 'web',
    serves: ['tcp:80'],
    publishes: ['8080:80/tcp', '127.0.0.1:8081:80/tcp'],
  });
  const folder = join(host.folder, 'state');
  await mkdir(folder);
  const boxes: Box[] = [];
  t.after(async () => {
    for (const box of boxes) await box[Symbol.asyncDispose]();
  });
  const start = () => {
    const box = startBox(
      ['nsenter', `--net=/var/run/netns/${host.name}`, '--'],
      folder,
      { socket: host.socket },
      host.env,
    );
    boxes.push(box);
    return box;
  };
  return { host, web, folder, start };
}

function strangersLinks(host: DockerHost): Promise<string> {
  return host.run("ip -o link show | grep -c ' sbout' || true").then((text) => text.trim());
}

/** Processes of the host's network that watch nftables. */
async function monitors(host: DockerHost): Promise<number> {
  const text = await host.run('for p in $(ip netns pids "$NAME"); do cat /proc/$p/comm; done 2>/dev/null || true', {
    NAME: host.name,
  });
  return text.split('\n').filter((name) => name === 'nft').length;
}

suite('docker-firewall beside a real Docker', { concurrency: 1 }, () => {
  test('a rule that drops is seen at once, from the rules and by a stranger, and so is its end', async (t) => {
    if (!isReady(t)) return;
    const { host, start } = await startHost(t, 'nft');
    const box = start();
    const first = await box.look();
    assert.deepEqual(first.troubles, []);
    assert.equal(first.verdict, undefined);
    assert.equal(seriesOf(first, 'dockerfw_published_port_ok', PORT), 1);
    assert.equal(seriesOf(first, 'dockerfw_published_port_ok', { host_ip: '127.0.0.1' }), undefined);
    assert.equal(seriesOf(first, 'dockerfw_backend_info', { role: 'dockerd', backend: 'nft_compat' }), 1);
    assert.equal(seriesOf(first, 'dockerfw_check_violations', { check: 'forward_blocked', severity: 'critical' }), 0);
    const knocked = await box.until(
      'a stranger',
      (said) => seriesOf(said, 'dockerfw_published_port_observed_ok') !== undefined,
    );
    assert.equal(seriesOf(knocked, 'dockerfw_published_port_observed_ok', PORT), 1);
    assert.deepEqual(knocked.troubles, []);

    await host.run(`iptables -I ${DROP}`);
    const dropped = await box.until(
      'that it is blocked',
      (said) => seriesOf(said, 'dockerfw_published_port_ok', PORT) === 0,
    );
    assert.equal(dropped.because, 'soon');
    assert.match(dropped.verdict ?? '', /^The firewall stops strangers at port 8080\/tcp by IPv4: .*DOCKER-USER/);
    assert.equal(seriesOf(dropped, 'dockerfw_published_port_observed_ok', PORT), 0);
    const violations = (severity: string) =>
      seriesOf(dropped, 'dockerfw_check_violations', { check: 'forward_blocked', severity }) ?? 0;
    // By IPv6 docker-proxy still answers for it.
    assert.equal(violations('critical') + violations('warning'), 1);
    assert.equal(dropped.troubles.filter((one) => / forward_blocked: .*DOCKER-USER/.test(one)).length, 1);
    assert.equal(
      dropped.troubles.filter((one) =>
        / vantage_skew: web:8080\/tcp answers this machine itself, and a stranger/.test(one),
      ).length,
      1,
    );
    assert.deepEqual(dropped.changes, [], 'a change of rules is looked at twice');
    const stayed = await box.until('that it has stayed', ({ changes }) => changes.length > 0);
    assert.equal(stayed.because, 'soon');
    assert.deepEqual(
      stayed.changes.map(({ kind, what }) => ({ kind, what })),
      [{ kind: 'firewall', what: 'iptables-nft rules' }],
    );
    assert.deepEqual(
      stayed.troubles.map((one) => one.replace(/:.*/, '')),
      ['warning ruleset_drift'],
    );
    assert.deepEqual((await box.look()).troubles, []);

    await host.run(`iptables -D ${DROP}`);
    const mended = await box.until(
      'that it is open',
      (said) => seriesOf(said, 'dockerfw_published_port_ok', PORT) === 1,
    );
    assert.equal(
      mended.troubles.filter((one) => /^this is over: \w+ (forward_blocked|vantage_skew)/.test(one)).length,
      2,
    );
  });

  test('what changed while the box was away is recorded; killed, it leaves nothing behind', async (t) => {
    if (!isReady(t)) return;
    const { host, start } = await startHost(t, 'legacy');
    const before = start();
    await before.look();
    await before.until('a stranger', (said) => seriesOf(said, 'dockerfw_published_port_observed_ok') !== undefined);
    assert.equal(await strangersLinks(host), '1');
    assert.equal(await monitors(host), 1);
    await before.kill();
    const isLeft = async () => (await strangersLinks(host)) !== '0' || (await monitors(host)) !== 0;
    await until(async () => !(await isLeft()), 60_000, 'neither the stranger nor nft monitor outlives the box');
    await host.run(`iptables -I ${DROP}`);
    const box = start();
    assert.deepEqual((await box.look()).changes, []);
    const said = await box.until('that it has stayed', ({ changes }) => changes.length > 0);
    assert.deepEqual(
      said.changes.map(({ what }) => what),
      ['iptables-legacy rules'],
    );
    assert.match(said.changes[0]?.detail ?? '', /nothing that Docker did explains it.*\n\+ .*DOCKER-USER .*DROP/);
    assert.equal(said.troubles.filter((one) => one.startsWith('warning ruleset_drift: ')).length, 1);
    assert.equal(seriesOf(said, 'dockerfw_check_violations', { check: 'ruleset_drift', severity: 'warning' }), 1);
    assert.equal(
      seriesOf(said, 'dockerfw_ruleset_changed_timestamp_seconds', { backend: 'legacy', explained: 'false' }) ?? 0,
      (said.changes[0]?.at ?? 0) / 1_000,
    );
    assert.equal(seriesOf(said, 'dockerfw_published_port_ok', PORT), 0);
  });

  test('a container that stops is seen by its event, and explains the other rules', async (t) => {
    if (!isReady(t)) return;
    const { host, web, start } = await startHost(t, 'legacy');
    const box = start();
    await box.look();
    await host.engine({ method: 'POST', path: `/containers/${web.id}/stop` });
    const gone = await box.until(
      'that it is gone',
      (said) => seriesOf(said, 'dockerfw_published_port_ok', PORT) === undefined,
    );
    assert.equal(gone.because, 'soon');
    const { changes } = await box.look().then((last) => ({ changes: [...gone.changes, ...last.changes] }));
    assert.deepEqual(changes, [], 'what Docker writes belongs to what it did');
    assert.deepEqual([...gone.troubles], []);
  });

  test('no secret of a container is in what is kept, and its metrics are as they should be', async (t) => {
    if (!isReady(t)) return;
    const { host, folder, start } = await startHost(t, 'nft');
    const { Id } = (await host.engine({
      method: 'POST',
      path: '/containers/create?name=safe',
      body: {
        Image: 'still',
        Cmd: ['/bin/busybox', 'sh', '-c', 'sleep 86400; echo hidden-command'],
        Env: ['PASSWORD=hidden-environment'],
        Labels: { 'traefik.auth': 'hidden-label' },
        StopSignal: 'SIGKILL',
        ExposedPorts: { '90/tcp': {} },
        HostConfig: { PortBindings: { '90/tcp': [{ HostPort: '9090' }] } },
      },
    })) as { Id: string };
    await host.engine({ method: 'POST', path: `/containers/${Id}/start` });
    const said = await start().look();
    assert.equal(seriesOf(said, 'dockerfw_published_port_ok', { container: 'safe', host_ip: '0.0.0.0' }), 1);
    const kept = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
    assert.ok(kept.some((text) => text.includes('"/safe"')));
    for (const text of [...kept, JSON.stringify(said)]) assert.doesNotMatch(text, /hidden-/);
    const promtool = requireProgram('promtool', t);
    if (promtool === undefined) return;
    const input = await writePage([{ samples: said.samples }]);
    assert.match(input, /^# TYPE dockerfw_forward_policy_dropped_packets_total counter$/m);
    const { stdout, stderr, status } = spawnSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' });
    assert.deepEqual([stdout, stderr, status], ['', '', 0]);
  });
});
