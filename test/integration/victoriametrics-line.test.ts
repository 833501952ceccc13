import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { answered } from '../collector/victoriametrics/answered.ts';
import { requireProgram } from '../require-program.ts';
import { batch, identity, storageLine } from './storage-line.ts';
import { until } from './until.ts';
import { victoriaMetricsProcess } from './victoriametrics-process.ts';

const own = '{job="probe"}';

test('what a check measured can be asked for in VictoriaMetrics a moment later', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  await using line = await storageLine({ write: vm.url, read: vm.url });
  const { spool, query, clock } = line;
  spool.offer([{ name: 'probe_success', labels: {}, value: 1 }], identity, clock.now());
  await spool.keep([{ name: 'reactor_heat', labels: { side: 'back\n"' }, value: 0.5 }], identity, clock.now());
  await until(async () => (await vm.count(own)) === 2);
  await until(async () => (await answered(query.instant('reactor_heat'))).length === 1);
  const [heat] = await answered(query.instant('reactor_heat'));
  assert.equal(heat?.value, 0.5);
  const labels = { __name__: 'reactor_heat', job: 'probe', instance: 'web', vantage: 'local', side: 'back\n"' };
  assert.deepEqual(heat?.labels, labels);
  const range = { from: clock.now() - 10_000, to: clock.now() + 10_000, stepMs: 1000 };
  const [series] = await answered(query.range('reactor_heat', range));
  assert.deepEqual(series?.labels, labels);
  assert.equal(series?.points.at(-1)?.[1], 0.5);
  assert.deepEqual(line.said, []);
});

test('values at the edge arrive as they were: infinities, the largest and the smallest, signs and accents', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  await using line = await storageLine({ write: vm.url, read: vm.url });
  const values = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MAX_VALUE,
    1e-300,
    -0.1,
    1e21,
    2 ** 53 - 1,
  ];
  const text = 'C:\\temp "é☃" {a="b"},\r\t🚂 #';
  await line.spool.keep(
    values.map((value, index) => ({ name: 'edge', labels: { index: String(index), text }, value })),
    identity,
    line.clock.now(),
  );
  await until(async () => (await vm.count('edge')) === values.length);
  const ask = () => answered(line.query.instant('edge', { at: line.clock.now() + 1000 }));
  await until(async () => (await ask()).length === values.length);
  for (const series of await ask()) {
    const value = values[Number(series.labels.index)] ?? Number.NaN;
    // VictoriaMetrics keeps about 15 digits.
    assert.ok(series.value === value || Math.abs(series.value / value - 1) < 1e-14, `${series.value} for ${value}`);
    assert.equal(series.labels.text, text);
  }
});

test('VictoriaMetrics away for a while: all that was acknowledged arrives when it is back', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  await using line = await storageLine({ write: vm.url, read: vm.url });
  const { spool, clock } = line;
  await spool.keep(batch('before', 100, clock.now()), identity, clock.now());
  await vm.end();
  for (let i = 0; i < 20; i++) await spool.keep(batch('away', 500, clock.now(), { i: `${i}` }), identity, clock.now());
  await until(() => line.said.some((one) => one.includes("can't be reached")));
  assert.equal(line.metric('signalbox_storage_up'), 0);
  await vm.start();
  spool.offer(batch('after', 10, clock.now()), identity, clock.now());
  await until(async () => (await vm.count(own)) === 100 + 20 * 500 + 10);
  // Its answer may come a moment after it has them.
  await until(() => line.metric('signalbox_spool_unsent_bytes') === 0);
  assert.ok(line.said.some((one) => one.includes('is back after')));
});

test('VictoriaMetrics killed right after it confirmed: what it lost is sent again by itself', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  await using line = await storageLine({ write: vm.url, read: vm.url });
  const { spool, clock } = line;
  for (let round = 1; round <= 3; round++) {
    await spool.keep(batch('killed', 5000, clock.now(), { round: `${round}` }), identity, clock.now());
    await until(() => line.metric('signalbox_spool_unsent_bytes') === 0);
    await vm.kill();
    // The same second again would look like the same run.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await vm.start();
    spool.offer(batch('more', 1, clock.now()), identity, clock.now());
    await until(async () => (await vm.count('killed')) === 5000 * round);
  }
  assert.ok(line.metric('signalbox_storage_resent_segments_total') >= 3);
});

test('a segment goes once its samples are surely stored, and not before', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  await using line = await storageLine({ write: vm.url, read: vm.url }, { storedAfterMs: 5000 });
  const segments = join(line.folder, 'segments');
  await line.spool.keep(batch('stored', 100, line.clock.now()), identity, line.clock.now());
  await until(() => line.metric('signalbox_spool_unsent_bytes') === 0);
  assert.equal((await readdir(segments)).length, 1);
  await until(async () => (await readdir(segments)).length === 0);
  await line.spool.keep(batch('stored_too', 100, line.clock.now()), identity, line.clock.now());
  assert.equal((await readdir(segments)).length, 1);
  assert.equal(await vm.count('stored'), 100);
});

test('what was on disk when the box ended is sent after the next start', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  await vm.end();
  await using first = await storageLine({ write: vm.url, read: vm.url });
  await first.spool.keep(batch('kept', 1000, first.clock.now()), identity, first.clock.now());
  first.spool.offer(batch('offered', 1000, first.clock.now()), identity, first.clock.now());
  await first.shipper.stop();
  await first.spool.close();
  await vm.start();
  await using second = await storageLine({ write: vm.url, read: vm.url }, { folder: first.folder });
  await until(async () => (await vm.count(own)) === 2000);
  assert.deepEqual(second.said, []);
});
