import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClock } from '../../collector/clock.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/door.ts';
import { openReloading } from '../../config/reloading.ts';
import type { ConfigChange } from '../../model/part.ts';
import { folderWith } from './folder.ts';

const monitorAt = (path: string) => `monitors: { web: { http: "http://127.0.0.1:9${path}" } }\n`;

/** A config file that was read, and what is handed on when it is read again. */
async function reloadingFor(t: TestContext) {
  const folder = folderWith({ 'signalbox.yml': monitorAt('/one') });
  const path = join(folder.path, 'signalbox.yml');
  const taken: { config: Config; change: ConfigChange }[] = [];
  const logged: string[] = [];
  const problems: string[] = [];
  const stopping = new AbortController();
  const reloading = openReloading({
    clock: createClock(),
    log: (message) => void logged.push(message),
    stopping: stopping.signal,
    path,
    loaded: await loadConfig(path),
    learn: () => {},
    async configure(config, change) {
      taken.push({ config, change });
      return problems;
    },
  });
  t.after(async () => {
    stopping.abort();
    await reloading.stop();
    folder[Symbol.dispose]();
  });
  const metric = async (name: string) => {
    for await (const { samples } of reloading.samples?.() ?? [])
      for (const one of samples) if (one.name === name) return one.value;
    return assert.fail(`there is no ${name}`);
  };
  return { reloading, taken, logged, problems, metric, write: (text: string) => writeFile(path, text) };
}

test('another config is handed on with what differs, and is dated', async (t) => {
  const { reloading, taken, write, metric } = await reloadingFor(t);
  const before = await metric('signalbox_config_last_reload_timestamp_seconds');
  await write(monitorAt('/two'));
  assert.deepEqual(await reloading.reload(), { mistakes: [], problems: [] });
  const last = taken.at(-1) ?? assert.fail('nothing was handed on');
  assert.deepEqual([last.change.changed, last.change.words], [['web'], 'changed web']);
  assert.equal(last.change.first, false);
  assert.equal(await metric('signalbox_config_last_reload_successful'), 1);
  assert.ok((await metric('signalbox_config_last_reload_timestamp_seconds')) >= before);
});

test('a config with mistakes is handed to nobody, and seen in the metrics; the good one stays dated', async (t) => {
  const { reloading, taken, write, metric, logged } = await reloadingFor(t);
  const dated = await metric('signalbox_config_last_reload_timestamp_seconds');
  await write('monitors: { web: { htp: 1 } }\n');
  const { mistakes, problems } = await reloading.reload();
  assert.match(mistakes.join('\n'), /htp/);
  assert.deepEqual([problems, taken], [[], []]);
  assert.match(logged.join('\n'), /^the config has mistakes, and the one before goes on:/m);
  assert.equal(await metric('signalbox_config_last_reload_successful'), 0);
  assert.equal(await metric('signalbox_config_last_reload_timestamp_seconds'), dated);
});

test('a part that did not take the config up is told to who asked for the reload, and may at the next', async (t) => {
  const { reloading, taken, problems, metric } = await reloadingFor(t);
  const [route] = reloading.routes ?? [];
  const answer = async () => route?.handle({} as never);
  problems.push('mail: this config could not be taken up: no such mailbox');
  const first = await answer();
  assert.equal(first?.status, 500);
  assert.deepEqual(JSON.parse(String(first?.body)), { reloaded: true, problems });
  assert.equal(await metric('signalbox_config_last_reload_successful'), 0);
  problems.length = 0;
  assert.equal((await answer())?.status, 200);
  assert.equal(taken.length, 2);
});
