import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import { openSampleSource } from '../../collector/sample-source.ts';
import { answered } from '../collector/victoriametrics/answered.ts';
import { requireProgram } from '../require-program.ts';
import { killOne } from './killing.ts';
import { identity, type StorageLine, storageLine } from './storage-line.ts';
import { until } from './until.ts';
import { victoriaMetricsProcess } from './victoriametrics-process.ts';

let asked = 0;

/** What an instant query finds a second from now. Never the same query: VictoriaMetrics remembers for ten seconds that one found nothing. */
async function found({ query, clock }: StorageLine): Promise<(string | undefined)[]> {
  const series = await answered(query.instant(`heat{asked!="${asked++}"}`, { at: clock.now() + 1000 }));
  return series.map(({ labels }) => labels.side).sort();
}

const heat = (...sides: string[]) => sides.map((side) => ({ name: 'heat', labels: { side }, value: 7 }));
const later = () => new Promise((resolve) => setTimeout(resolve, 5));

test('a series that a round no longer has ends at once, and comes back when it is there again', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  await using line = await storageLine({ write: vm.url, read: vm.url });
  const source = openSampleSource(line.spool);
  const round = async (...sides: string[]) => {
    await later();
    source.begin(line.clock.now());
    source.offer(heat(...sides), identity);
    source.finish();
  };
  const is = (...sides: string[]) => until(async () => (await found(line)).join() === sides.join());
  await round('back', 'top');
  await is('back', 'top');
  await round('back');
  await is('back');
  await round('back', 'top');
  await is('back', 'top');
  await round();
  await is();
  await round('top');
  await is('top');
  await later();
  source.end(line.clock.now());
  await is();
  assert.deepEqual(line.said, []);
});

test('a value that turns NaN leaves nothing standing, whatever its labels', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  await using line = await storageLine({ write: vm.url, read: vm.url });
  const sides = ['C:\\temp "é☃" {a="b"} NaN 1\n,\r\t🚂 #', 'a\\nb', '\u2028', ' '];
  await line.spool.keep(heat(...sides), identity, line.clock.now());
  await until(async () => (await found(line)).length === sides.length);
  const gone = heat(...sides).map((one) => ({ ...one, value: Number.NaN }));
  await line.spool.keep(gone, identity, line.clock.now() + 1);
  await until(async () => (await found(line)).length === 0);
  await until(async () => (await vm.count('heat')) === 2 * sides.length);
});

test('markers wait with the samples while VictoriaMetrics is away, and those it lost are sent again', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  await using line = await storageLine({ write: vm.url, read: vm.url });
  const { spool, clock } = line;
  await vm.end();
  await spool.keep(heat('back', 'top'), identity, clock.now() - 10);
  spool.end(heat('back'), identity, clock.now());
  await until(() => line.metric('signalbox_spool_samples_total') === 3);
  await vm.start();
  await until(() => line.metric('signalbox_spool_unsent_bytes') === 0);
  await vm.kill();
  // The same second again would look like the same run.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await vm.start();
  await spool.keep(heat('other'), identity, clock.now());
  await until(async () => (await found(line)).join() === 'other,top');
});

test('a box that is killed at any instant has ended what it said had ended', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-ending-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const ended: string[] = [];
  for (let run = 0; run < 4; run++) {
    const said = await killOne('ending-box.ts', folder, vm.url, run);
    ended.push(...said.split('\n').filter((line) => line !== ''));
  }
  await using line = await storageLine({ write: vm.url, read: vm.url }, { folder });
  await until(() => line.metric('signalbox_spool_unsent_bytes') === 0);
  await until(async () => {
    const stored = await vm.seriesCounts('brief', ['run', 'number']);
    return ended.every((one) => stored.get(one) === 2);
  });
  let standing: string[] = [];
  const untrue = () => standing.filter((one) => ended.includes(one));
  // What VictoriaMetrics has taken can be asked for a second later, and what was sent twice counts twice.
  await until(async () => {
    const selector = `brief{asked!="${asked++}"}`;
    const series = await answered(line.query.instant(selector, { at: line.clock.now() + 1000 }));
    standing = series.map(({ labels }) => `${labels.run} ${labels.number}`);
    return untrue().length === 0;
  }).catch(() => {});
  assert.deepEqual(untrue(), []);
  assert.ok(standing.length <= 2 * 4, 'only what was under way when it was killed stands');
});

test('files of a spool from before there were markers are sent', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-spool-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'segments'));
  const now = Date.now();
  const before = ['a', 'b', 'c'].map((side) => frameOfBefore(`heat{job="old",side="${side}"} 1 ${now}\n`));
  await writeFile(join(folder, 'segments/0000000001.spool'), Buffer.concat(before));
  await using line = await storageLine({ write: vm.url, read: vm.url }, { folder });
  await until(async () => (await found(line)).join() === 'a,b,c');
  assert.deepEqual(line.said, []);
});

/** As the first release wrote it. */
function frameOfBefore(text: string): Buffer {
  const payload = gzipSync(text);
  const header = Buffer.alloc(20);
  header.write('SBF1');
  header.writeUInt32LE(payload.length, 4);
  header.writeUInt32LE(1, 8);
  header.writeUInt32LE(crc32(payload), 12);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
  return Buffer.concat([header, payload]);
}
