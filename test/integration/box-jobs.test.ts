import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { readExposition } from '../../exposition/read.ts';
import { pythonSamples } from '../exposition/python-parser.ts';
import { requireProgram } from '../require-program.ts';
import { BoxHouse, webServer } from './box.ts';

const ABSENT = 'storage: { write: http://127.0.0.1:9, read: http://127.0.0.1:9 }';

suite('jobs that report to the box, programs it runs, and what it says of itself', { concurrency: 2 }, () => {
  test('a heartbeat that was acknowledged outlives the power', async () => {
    await using house = await BoxHouse.open(`
${ABSENT}
monitors:
  backup: { heartbeat: { every: 1h, token: "\${BACKUP_TOKEN}" } }
`);
    const env = { BACKUP_TOKEN: 'a-canary-of-a-token' };
    let box = await house.start(env);
    assert.equal((await box.published('backup', () => true)).standing, 'unknown');
    assert.equal((await fetch(`${box.url}/heartbeat/backup/ok`)).status, 404);
    const headers = { authorization: `Bearer ${env.BACKUP_TOKEN}` };
    const sent = await fetch(`${box.url}/heartbeat/backup/7`, {
      method: 'POST',
      headers,
      body: 'no space left on device',
    });
    assert.equal(sent.status, 200);
    box.kill();
    await box.ended;
    box = await house.start(env);
    const down = await box.published('backup', (one) => one.standing === 'down');
    assert.match(down.reason, /^failed at \d\d:\d\d UTC with exit code 7$/);
    await fetch(`${box.url}/heartbeat/backup/start?token=${env.BACKUP_TOKEN}`);
    await fetch(`${box.url}/heartbeat/backup/ok?token=${env.BACKUP_TOKEN}`);
    const up = await box.published('backup', (one) => one.standing === 'up');
    assert.match(up.reason, /^last run \d\d:\d\d UTC, took /);
    const metrics = await (await fetch(`${box.url}/metrics`)).text();
    assert.match(metrics, /^signalbox_heartbeat_run_seconds\{.*instance="backup".*\} [\d.]+$/m);
    for (const said of [box.log, metrics]) assert.doesNotMatch(said, /canary/);
  });

  test('a program that it runs says how things are', async () => {
    await using house = await BoxHouse.open(`
${ABSENT}
monitors:
  well: { exec: [echo, all is well], every: 3s, timeout: 3s }
  full: { exec: [sh, -c, "echo disk is full; exit 2"], every: 3s, timeout: 3s, confirm: { every: 200ms } }
  hangs: { exec: [sleep, "600"], every: 1s, timeout: 300ms, confirm: { every: 200ms } }
  absent: { exec: [/nowhere/check], every: 3s, timeout: 3s }
`);
    const box = await house.start();
    await box.published('well', (one) => one.standing === 'up');
    await box.published('full', (one) => one.standing === 'down' && one.reason === 'exit code 2');
    await box.published('hangs', (one) => one.standing === 'down');
    await box.published('absent', (one) => one.standing === 'unknown' && /cannot start/.test(one.reason));
    box.signal('SIGTERM');
    assert.equal(await box.ended, 0);
  });

  test('promtool finds nothing wrong with /metrics, nor a strict reader in OpenMetrics', async (t) => {
    const promtool = requireProgram('promtool', t);
    if (!promtool) return;
    await using shop = await webServer((_request, response) => response.end('Welcome'));
    await using house = await BoxHouse.open(`
${ABSENT}
monitors:
  shop: { title: 'The "shop"', http: "${shop.url}", every: 3s, timeout: 3s }
  port: { tcp: "${new URL(shop.url).host}", every: 3s, timeout: 3s }
  job: { heartbeat: { every: 1h, token: none } }
  check: { exec: [echo, fine], every: 3s, timeout: 3s }
`);
    const box = await house.start();
    for (const name of ['shop', 'port', 'check']) await box.published(name, (one) => one.standing === 'up');
    for (const signal of ['start', '3', 'ok']) await fetch(`${box.url}/heartbeat/job/${signal}`);
    await box.published('job', (one) => one.standing === 'up');
    const page = await (await fetch(`${box.url}/metrics`)).text();
    for (const instance of ['shop', 'port', 'job', 'check']) assert.match(page, new RegExp(`instance="${instance}"`));
    const { stdout, stderr, status } = spawnSync(promtool, ['check', 'metrics'], { input: page, encoding: 'utf8' });
    assert.equal(`${stdout}${stderr}`, '');
    assert.equal(status, 0);
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
    const answer = await fetch(`${box.url}/metrics`, { headers: { accept, 'accept-encoding': 'gzip' } });
    assert.equal(answer.headers.get('content-type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.equal(answer.headers.get('content-encoding'), 'gzip');
    const open = await answer.text();
    const { families, flaws } = readExposition(Buffer.from(open), { format: 'openmetrics' });
    assert.deepEqual(flaws, [], open);
    for (const type of ['counter', 'gauge', 'histogram', 'info'])
      assert.ok(families.some((family) => family.type === type, type));
    const python = pythonSamples(open, t);
    assert.deepEqual(
      python?.map(([name]) => name),
      python && families.flatMap(({ samples }) => samples.map(({ name }) => name)),
    );
  });

  test('the private door answers the command and nobody else', async () => {
    await using house = await BoxHouse.open(`
${ABSENT}
monitors:
  job: { heartbeat: { every: 1h, token: none } }
`);
    const box = await house.start();
    const ask = (method: string, path: string) =>
      new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
        request({ socketPath: join(house.data, 'admin.sock'), method, path }, async (answer) => {
          const text = (await answer.toArray()).join('');
          resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) });
        })
          .on('error', reject)
          .end();
      });
    assert.ok(Array.isArray((await ask('GET', '/standings')).body.standings));
    assert.deepEqual(await ask('POST', '/reload'), { status: 200, body: { reloaded: true } });
    await house.write('monitors: { job: { hartbeat: 1h } }\n');
    const refused = await ask('POST', '/reload');
    assert.equal(refused.status, 422);
    assert.match(String(refused.body.mistakes), /hartbeat/);
    for (const path of ['standings', 'version', 'reload'])
      assert.equal((await fetch(`${box.url}/${path}`)).status, 404, path);
  });
});
