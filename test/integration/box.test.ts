import assert from 'node:assert/strict';
import { rename, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { suite, test } from 'node:test';
import { openView } from '../../collector/ledger/view.ts';
import { requireProgram } from '../require-program.ts';
import { BoxHouse, webServer } from './box.ts';
import { until } from './until.ts';

const ABSENT = 'storage: { write: http://127.0.0.1:9, read: http://127.0.0.1:9 }';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

suite('the box', { concurrency: 2 }, () => {
  test('from one config file to a check, to VictoriaMetrics, to a page', async (t) => {
    if (!requireProgram('victoria-metrics', t)) return;
    await using shop = await webServer((_request, response) => response.end('Welcome'));
    await using house = await BoxHouse.open(`
title: corner.example status
monitors:
  shop: { title: Shop, http: "${shop.url}", every: 3s, timeout: 3s, expect: { body: Welcome } }
`);
    const box = await house.start();
    await box.published('shop', (one) => one.standing === 'up');
    // The index is written last.
    await until(async () => (await (await fetch(box.url)).text()).includes('Everything is working'));
    assert.match(await (await fetch(box.url)).text(), /Shop/);
    const [, metrics = ''] = await box.said(/VictoriaMetrics is at (http:[^\s,]+)/);
    await until(async () => {
      const answer = await fetch(`${box.url}/prometheus/api/v1/series?match[]=probe_success`);
      if (answer.status !== 200) return false;
      const { data } = (await answer.json()) as { data: Record<string, string>[] };
      return data.some((one) => one.job === 'probe' && one.instance === 'shop' && one.vantage === 'local');
    });
    await until(async () => (await (await fetch(`${box.url}/healthz`)).text()) === 'ok\n');
    await box.metrics(/^probe_success\{.*instance="shop".*\} 1$/m, /^signalbox_monitors\{.*kind="http".*\} 1$/m);
    box.signal('SIGINT');
    assert.equal(await box.ended, 0);
    await assert.rejects(fetch(`${metrics}/health`), 'VictoriaMetrics ended with the box');
  });

  test('an outage is published with its reason, and its end', async () => {
    let well = true;
    await using shop = await webServer((_request, response) => response.writeHead(well ? 200 : 502).end('Welcome'));
    await using house = await BoxHouse.open(`
${ABSENT}
monitors:
  shop: { http: "${shop.url}", every: 3s, timeout: 3s, confirm: { every: 200ms } }
`);
    const box = await house.start();
    await box.published('shop', (one) => one.standing === 'up');
    const health = async () => (await fetch(`${box.url}/healthz`)).text();
    await until(async () => /^VictoriaMetrics has taken no samples for .*127\.0\.0\.1:9/m.test(await health()));
    well = false;
    const down = await box.published('shop', (one) => one.standing === 'down');
    assert.match(down.reason, /502 Bad Gateway/);
    well = true;
    await box.published('shop', (one) => one.standing === 'up');
    const story = box.lines.filter((line) => line.startsWith('shop is ')).map((line) => line.split(' ')[2]);
    assert.deepEqual(story, ['up:', 'down:', 'up:']);
  });

  test('a reload keeps the history, takes a new name over, and a config with mistakes changes nothing', async () => {
    await using shop = await webServer((_request, response) => response.end('Welcome'));
    const monitor = (name: string, more = '') =>
      `${ABSENT}\nmonitors:\n  ${name}: { http: "${shop.url}", every: 3s, timeout: 3s${more} }\n`;
    await using house = await BoxHouse.open(monitor('shop'));
    const box = await house.start();
    const before = await box.published('shop', (one) => one.standing === 'up');

    await house.write(`${monitor('shop')}  oops: { htpp: 1 }\n`);
    await box.said(/oops.*did you mean http/s);
    await box.metrics(/^signalbox_config_last_reload_successful\S* 0$/m);
    assert.equal((await box.published('shop', () => true)).since, before.since);

    await house.write(monitor('store', ', was: shop'));
    const after = await box.published('store', (one) => one.standing === 'up');
    assert.equal(after.since, before.since);

    const aside = `${house.config}.new`;
    await writeFile(aside, `listen: 127.0.0.1:0\n${monitor('store', ', title: The Store, was: shop')}`);
    await rename(aside, house.config);
    await box.published('store', (one) => one.title === 'The Store');
    await box.metrics(/^signalbox_config_last_reload_successful\S* 1$/m);
  });

  test('SIGHUP reads the config again', async () => {
    await using house = await BoxHouse.open(`${ABSENT}\nmonitors:\n  job: { heartbeat: { every: 1h, token: none } }\n`);
    const box = await house.start();
    box.signal('SIGHUP');
    await box.said(/read again and holds/);
  });

  test('by the names that the config gives it answers on each port, from the next reload on', async () => {
    const config = `${ABSENT}\npublic: { listen: 127.0.0.1:0 }\nmonitors:\n  job: { heartbeat: { every: 1h, token: none } }\n`;
    await using house = await BoxHouse.open(config);
    const box = await house.start();
    const [, site = ''] = await box.said(/the site alone is at (http:\S+)\//);
    const statuses = () =>
      Promise.all([`${box.url}/healthz`, `${site}/status.json`].map((url) => statusAs('status.example.net', url)));
    assert.deepEqual(await statuses(), [421, 421]);
    await box.said(/a request for "status\.example\.net" was refused: it is none of the names of this box/);
    await house.write(`names: status.example.net\n${config}`);
    box.signal('SIGHUP');
    await box.said(/read again and holds/);
    await until(async () => (await statuses()).every((status) => status === 200));
  });

  test('a heartbeat is kept before it is answered, and outlives a SIGKILL', async () => {
    await using house = await BoxHouse.open(
      `${ABSENT}\nmonitors:\n  backup: { heartbeat: { every: 1h, token: "\${TOKEN}" } }\n`,
    );
    const env = { TOKEN: 'semaphore-arm-35' };
    let box = await house.start(env);
    const post = (token: string) =>
      fetch(`${box.url}/heartbeat/backup/ok`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: 'copied 7 files\n',
      });
    assert.equal((await post('wrong')).status, 404);
    assert.equal((await post(env.TOKEN)).status, 200);
    box.kill();
    await box.ended;
    box = await house.start(env);
    const line = await box.published('backup', (one) => one.standing === 'up');
    assert.match(line.reason, /^last sign \d\d:\d\d/);
    assert.ok(!box.log.includes(env.TOKEN));
  });

  test('a second box in the same state directory is refused with words', async () => {
    await using house = await BoxHouse.open(`${ABSENT}\nmonitors:\n  job: { heartbeat: { every: 1h, token: none } }\n`);
    const box = await house.start();
    await assert.rejects(house.start(), /is used by another signalbox/);
    assert.ok(isRunning(box.process.pid ?? 0));
    box.kill();
    await box.ended;
  });

  test('the admin socket is for its owner alone', async () => {
    await using house = await BoxHouse.open(`${ABSENT}\nmonitors:\n  job: { heartbeat: { every: 1h, token: none } }\n`);
    await house.start();
    const { mode } = await stat(`${house.data}/admin.sock`);
    assert.equal(mode & 0o777, 0o600);
    assert.equal((await stat(house.data)).mode & 0o077, 0);
  });

  test('the Prometheus API wants the token that the config gives, also after a reload', async () => {
    const monitors = 'monitors:\n  job: { heartbeat: { every: 1h, token: none } }\n';
    await using house = await BoxHouse.open(`${ABSENT}\n${monitors}`);
    const box = await house.start({ TOKEN: 'semaphore' });
    const ask = (token?: string) =>
      fetch(`${box.url}/prometheus/api/v1/labels`, token ? { headers: { authorization: `Bearer ${token}` } } : {});
    assert.equal((await ask()).status, 503, 'open, and the storage is away');
    await house.write(`${ABSENT}\nprometheus: { token: "\${TOKEN}" }\n${monitors}`);
    await until(async () => (await ask()).status === 401);
    assert.equal((await ask('semaphore')).status, 503);
  });

  test('the public door serves the site and nothing else', async () => {
    await using house = await BoxHouse.open(
      `${ABSENT}\npublic: { listen: 127.0.0.1:0 }\nmonitors:\n  job: { heartbeat: { every: 1h, token: none } }\n`,
    );
    const box = await house.start();
    const [, url = ''] = await box.said(/the site alone is at (http:\S+)/);
    await until(async () => (await fetch(url)).status === 200);
    assert.equal((await fetch(`${url}status.json`)).status, 200);
    for (const path of ['metrics', 'heartbeat/job/ok', 'healthz', 'standings', 'prometheus/api/v1/labels']) {
      assert.equal(
        (await fetch(`${url}${path}`, { method: path.startsWith('heart') ? 'POST' : 'GET' })).status >= 400,
        true,
        path,
      );
    }
  });

  test('Ctrl-C waits for the check that is under way and keeps what it found', async () => {
    let asked = 0;
    await using shop = await webServer((_request, response) => {
      asked++;
      setTimeout(() => response.end('Welcome'), 700);
    });
    await using house = await BoxHouse.open(
      `${ABSENT}\nmonitors:\n  shop: { http: "${shop.url}", every: 5s, timeout: 5s }\n`,
    );
    const box = await house.start();
    await until(() => asked > 0);
    box.signal('SIGINT');
    assert.equal(await box.ended, 0);
    const view = openView(house.data);
    try {
      const now = Date.now();
      assert.equal(view.checks.between('shop', now - 60_000, now).length, 1);
      assert.equal(
        view.standings.current().find((one) => one.monitor === 'shop' && one.vantage === '')?.standing,
        'up',
      );
    } finally {
      view.close();
    }
  });
});

/** The status of the answer when the box is asked by this name. */
function statusAs(name: string, url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { host: name } }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode));
    });
    asked.once('error', reject).end();
  });
}
