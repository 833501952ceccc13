import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlink, truncate, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MINUTE, SECOND } from '../../../model/time.ts';
import { requireProgram } from '../../require-program.ts';
import { makeWorld } from './world.ts';

/** As graftorio writes: gauges that are totals, in no order, with empty lines between them, and an item's number of a train. */
const GAME = [
  '# HELP factorio_item_production_input items produced',
  '# TYPE factorio_item_production_input gauge',
  'factorio_item_production_input{force="player",name="iron-plate"} 1.2345678901235e+14',
  'factorio_item_production_input{force="player",name="copper-plate"} 23456',
  '',
  '# HELP factorio_power_production ',
  '# TYPE factorio_power_production gauge',
  'factorio_power_production{force="player",network="1",name="steam-engine"} Nan',
  '',
  '',
  '# HELP factorio_train_trip_time train trip time',
  '# TYPE factorio_train_trip_time histogram',
  ...['10', '+Inf'].flatMap((le, index) => [
    `factorio_train_trip_time_bucket{train_id="12",le="${le}"} ${index + 1}`,
    `factorio_train_trip_time_bucket{train_id="13",le="${le}"} ${index + 3}`,
  ]),
  ...[12, 13].flatMap((id) => [
    `factorio_train_trip_time_sum{train_id="${id}"} ${id}.5`,
    `factorio_train_trip_time_count{train_id="${id}"} ${id - 9}`,
  ]),
  '',
  '',
].join('\n');

const one = (value: number) => `# TYPE trains gauge\ntrains{line="5"} ${value}\n`;

test('a game that writes as graftorio does is read as it is, and stands on /metrics', async (t) => {
  const { folder, put, collect, value, page, troubles } = await makeWorld(t);
  await put('game.prom', GAME);
  await collect();
  assert.equal(value('factorio_item_production_input', { name: 'copper-plate' }), 23456);
  assert.equal(value('factorio_item_production_input', { name: 'iron-plate' }), 123456789012350);
  assert.ok(Number.isNaN(value('factorio_power_production')));
  assert.equal(value('factorio_train_trip_time_bucket', { train_id: '13', le: '+Inf' }), 4);
  assert.equal(value('node_textfile_scrape_error'), 0);
  const file = `${folder}/game.prom`;
  assert.ok(
    Math.abs((value('node_textfile_mtime_seconds', { file }) ?? 0) * 1e3 - (Date.now() - MINUTE)) < 10 * SECOND,
  );
  const text = await page();
  assert.match(
    text,
    /^# HELP factorio_item_production_input items produced\n# TYPE factorio_item_production_input gauge\n/m,
  );
  assert.match(text, /^# TYPE factorio_train_trip_time histogram\n/m);
  assert.ok(text.includes(`# HELP factorio_power_production Metric read from ${file}\n`));
  assert.deepEqual(troubles, []);
});

test('totals that come as gauges are counters when told so, and labels are left out and what is the same then is added up', async (t) => {
  const { put, collect, value, page } = await makeWorld(t, {
    retype: { 'factorio_*_production_*': 'counter', '*_trip_time': 'counter' },
    dropLabels: { 'factorio_train_*': ['train_id'], '*': ['force'] },
  });
  await put(
    'game.prom',
    `${GAME}# TYPE q summary\nq{force="a",quantile="0.5"} 1\nq{force="b",quantile="0.5"} 2\nq_sum{force="a"} 1\nq_sum{force="b"} 2\n`,
  );
  const samples = await collect();
  const text = await page();
  assert.match(text, /^# TYPE factorio_item_production_input counter\n/m);
  assert.match(text, /^# TYPE factorio_power_production gauge\n/m);
  assert.match(text, /^# TYPE factorio_train_trip_time histogram\n/m, 'a histogram is one');
  assert.equal(value('factorio_train_trip_time_bucket', { le: '10' }), 4);
  assert.equal(value('factorio_train_trip_time_bucket', { le: '+Inf' }), 6);
  assert.equal(value('factorio_train_trip_time_sum'), 26);
  assert.equal(value('factorio_train_trip_time_count'), 7);
  assert.equal(value('q_sum'), 3);
  assert.equal(value('q', { quantile: '0.5' }), undefined, 'there is no sum of quantiles');
  assert.ok(samples.every(({ labels }) => !('force' in labels) && !('train_id' in labels)));
});

test('promtool finds nothing wrong with the page, but what the writers of the files named badly', async (t) => {
  requireProgram('promtool', t);
  const { put, collect, page } = await makeWorld(t, { retype: { factorio_item_production_input: 'counter' } });
  await put('game.prom', GAME);
  await put(
    'b.prom',
    '# a comment\nbare 1\n# TYPE s summary\ns_sum 1\ns_count 2\ns{quantile="0.5"} 1\n# HELP h A \\\\ and\\nmore.\n# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
  );
  await collect();
  const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: await page() });
  const complaints = stderr
    .toString()
    .split('\n')
    .filter((line) => line !== '');
  assert.deepEqual(complaints, ['factorio_item_production_input counter metrics should have "_total" suffix']);
  assert.equal(status, 3);
});

test('what is no file, too large, or cannot be had is named, and holds nothing up', async (t) => {
  const { folder, put, overwrite, collect, value, troubles } = await makeWorld(t);
  await put('good.prom', one(1));
  spawnSync('mkfifo', [join(folder, 'pipe.prom')]);
  await symlink('/nowhere', join(folder, 'lost.prom'));
  await symlink(join(folder, 'good.prom'), join(folder, 'twin.prom'));
  await overwrite('large.prom', '');
  await truncate(join(folder, 'large.prom'), 9 << 20);
  await collect();
  assert.equal(value('trains'), 1);
  assert.equal(value('node_textfile_scrape_error'), 1);
  assert.equal(troubles.length, 4);
  assert.ok(troubles.includes(`${folder}/pipe.prom: it is no regular file`));
  assert.ok(troubles.includes(`${folder}/large.prom: it has 9437184 bytes, and at most 8388608 are read`));
  assert.ok(
    troubles.includes(`trains has a series both in ${folder}/good.prom and in ${folder}/twin.prom: the first counts`),
  );
  assert.ok(troubles.some((one) => /lost\.prom.*No such file/.test(one)));
});

test('a folder that is not there is named once, and looked at again', async (t) => {
  const { folder, collect, value, troubles } = await makeWorld(t, { folders: ['/nonexistent/textfiles'] });
  await collect();
  await collect();
  assert.equal(value('node_textfile_scrape_error'), 1);
  assert.deepEqual(troubles, ['/nonexistent/textfiles: it is not there']);
  assert.ok(folder);
});

test('files that say different things of one metric are both read, and that is said once', async (t) => {
  const { folder, put, collect, page, troubles } = await makeWorld(t);
  await put('a.prom', '# TYPE trains counter\ntrains{line="1"} 1\n');
  await put('b.prom', '# TYPE trains gauge\ntrains{line="2"} 1\ntrains{line="1"} 5\n');
  await collect();
  await collect();
  assert.match(await page(), /^# TYPE trains counter\ntrains\{line="1"\} 1\ntrains\{line="2"\} 1\n/m);
  assert.deepEqual(troubles, [
    `trains is a counter in ${folder}/a.prom and a gauge in ${folder}/b.prom: the first counts`,
    `trains has a series both in ${folder}/a.prom and in ${folder}/b.prom: the first counts`,
  ]);
});

test('a file with more series than a box can hold is broken, and read when there is room for it', async (t) => {
  const { folder, put, collect, value, troubles } = await makeWorld(t);
  const many = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${name}{index="${index}"} 1\n`).join('');
  await put('a.prom', many('some', 30_000));
  await put('b.prom', many('many', 20_001));
  await put('c.prom', 'last 1\n');
  await collect();
  const file = `${folder}/b.prom`;
  assert.deepEqual([value('some'), value('last'), value('many')], [1, 1, undefined]);
  assert.equal(value('signalbox_textfile_broken', { file }), 1);
  await collect();
  assert.deepEqual(troubles, [`${file}: it holds 20001 series, and all files together have room for 20000 more`]);
  await unlink(join(folder, 'a.prom'));
  await collect();
  assert.deepEqual([value('some'), value('many')], [undefined, 1]);
  assert.equal(value('signalbox_textfile_broken', { file }), 0);
});

test('a series stands once, also as part of a histogram of another file, or under a name of our own', async (t) => {
  const { folder, put, collect, troubles } = await makeWorld(t);
  await put('a.prom', '# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n');
  await put('b.prom', 'h_count 5\nh_count{a="b"} 6\nnode_textfile_scrape_error 7\nown_sum 1\nown_count 1\n');
  const samples = await collect();
  const values = (wanted: string) => samples.filter(({ name }) => name === wanted).map(({ value }) => value);
  assert.deepEqual([values('h_count'), values('own_sum'), values('own_count')], [[1, 6], [1], [1]]);
  assert.deepEqual(values('node_textfile_scrape_error'), [1]);
  assert.deepEqual(troubles, [
    `node_textfile_scrape_error in ${folder}/b.prom is left out: the box says it itself`,
    `h_count has a series both in ${folder}/a.prom and in ${folder}/b.prom: the first counts`,
  ]);
});

test('of very many files the first thousand are read, and what contradicts itself all over is not told without end', async (t) => {
  const { folder, collect, value, troubles } = await makeWorld(t);
  const script =
    'i=1000; while [ $i -lt 6000 ]; do i=$((i + 1)); echo "trains 1" >"$1/f$i.prom"; done; touch -d "1 hour ago" "$1"/*.prom';
  spawnSync('sh', ['-c', script, 'sh', folder]);
  await collect();
  assert.equal(value('trains'), 1);
  assert.equal(value('node_textfile_mtime_seconds', { file: `${folder}/f2000.prom` }) !== undefined, true);
  assert.equal(value('node_textfile_mtime_seconds', { file: `${folder}/f2001.prom` }), undefined);
  assert.ok(troubles.includes(`${folder}: it holds 5000 files, and 1000 are read`));
  assert.ok(troubles.includes('files contradict each other in 979 ways more'), troubles.at(-1));
  assert.equal(troubles.length, 22);
});
