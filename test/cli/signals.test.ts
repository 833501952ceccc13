import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { folderWith } from '../config/folder.ts';
import { Box, BoxHouse, webServer } from '../integration/box.ts';
import { until } from '../integration/until.ts';
import { COMMAND, start } from './command.ts';

const ABSENT = 'storage: { write: http://127.0.0.1:9, read: http://127.0.0.1:9 }';
const JOB = `${ABSENT}\nmonitors: { job: { heartbeat: { every: 1h, token: none } } }\n`;

suite('a box that is told to stop', { concurrency: 2 }, () => {
  test('while it starts, at any moment, ends without a mess, and starts again', async () => {
    using folder = folderWith({ 'signalbox.yml': `listen: 127.0.0.1:0\n${JOB}` });
    for (const ms of [350, 500, 600, 700, 800, 1_000]) {
      const { child, ended } = start(['run'], { cwd: folder.path });
      await wait(ms);
      child.kill('SIGTERM');
      const { code, err } = await ended;
      // Before our first line runs, a signal is the kernel's to answer.
      assert.ok(code === 0 || (code === 'SIGTERM' && err === ''), `after ${ms} ms: ${code} ${err}`);
      assert.equal(existsSync(join(folder.path, 'data', 'admin.sock')), false);
    }
  });

  test('a SIGHUP while it starts reads the config once more and does not end it', async () => {
    await using house = await BoxHouse.open(JOB);
    const child = spawn(process.execPath, [COMMAND, 'run', house.config, '--data', house.data]);
    const box = new Box(child);
    const stop = setInterval(() => existsSync(house.data) && child.kill('SIGHUP'), 50);
    try {
      await box.listening();
    } finally {
      clearInterval(stop);
    }
    await box.said(/the config was read again and holds/);
    box.signal('SIGTERM');
    assert.equal(await box.ended, 0);
  });

  test('twice at once, as through npm, still ends in order; a second time later, at once', async () => {
    await using shop = await webServer(() => {});
    await using house = await BoxHouse.open(
      `${ABSENT}\nmonitors:\n  shop: { http: "${shop.url}", every: 10s, timeout: 10s }\n  job: { heartbeat: { every: 1h, token: none } }\n`,
    );
    const box = await house.start();
    const asked = new Promise((resolve) => shop.server.once('request', resolve));
    await fetch(`${box.url}/heartbeat/job/ok`, { method: 'POST' });
    box.signal('SIGHUP');
    await asked;
    box.signal('SIGINT');
    box.signal('SIGINT');
    box.signal('SIGTERM');
    await box.said(/stopping/);
    await wait(1_500);
    assert.equal(box.process.exitCode, null, 'it waits for the check that is under way');
    box.signal('SIGINT');
    assert.equal(await box.ended, 5);
    assert.match(box.log, /stopped at once/);
  });

  test('while its config is read again, and is told to read it once more, ends all the same', async () => {
    await using shop = await webServer((_asked, answer) => void setTimeout(() => answer.end('Welcome'), 1_500));
    await using house = await BoxHouse.open(
      `${ABSENT}\nmonitors:\n  shop: { http: "${shop.url}", every: 3s, timeout: 3s }\n`,
    );
    const box = await house.start();
    await house.write(`${ABSENT}\nmonitors:\n  store: { http: "${shop.url}", every: 3s, timeout: 3s }\n`);
    // The check that is under way keeps it from ending before it has heard everything.
    await new Promise((resolve) => shop.server.once('request', resolve));
    box.signal('SIGHUP');
    await wait(50);
    box.signal('SIGTERM');
    for (let i = 0; i < 3; i++) {
      box.signal('SIGHUP');
      await wait(50);
    }
    assert.equal(await box.ended, 0, box.log);
  });

  test('by closing the terminal it runs in, ends', { skip: !existsSync('/usr/bin/script') }, async () => {
    await using house = await BoxHouse.open(JOB);
    const command = `exec '${process.execPath}' '${COMMAND}' run '${house.config}' --data '${house.data}'`;
    const terminal = spawn('script', ['-qfc', command, '/dev/null'], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      const socket = join(house.data, 'admin.sock');
      await until(() => existsSync(socket));
      await wait(500);
      terminal.kill('SIGKILL');
      await until(() => !existsSync(socket), 60_000, 'the box ends with its terminal');
    } finally {
      terminal.kill('SIGKILL');
    }
  });
});

test('what a reload cannot change is said to wait for the next start', async () => {
  await using house = await BoxHouse.open(JOB);
  const box = await house.start();
  await house.write(`${JOB}public: { listen: 127.0.0.1:0 }\nsite: { every: 10s }\n`);
  await box.said(/public\.listen is 127\.0\.0\.1:0 now, was left out: this holds from the next start of the box/);
  await box.said(/site\.every is 10s now, was 30s: this holds from the next start/);
});

test('a box whose ledger is taken away ends with exit code 5, so that it is started again, and nothing is lost', async () => {
  await using house = await BoxHouse.open(JOB);
  let box = await house.start();
  await fetch(`${box.url}/heartbeat/job/ok`, { method: 'POST' });
  await box.published('job', (one) => one.standing === 'up');
  await rm(join(house.data, 'ledger.db'));
  assert.equal(await box.ended, 5);
  assert.match(box.log, /stopping, because the ledger cannot go on: .*ledger\.db was removed .* was put back/);
  box = await house.start();
  await box.published('job', (one) => one.standing === 'up');
});
