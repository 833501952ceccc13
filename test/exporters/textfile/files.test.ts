import assert from 'node:assert/strict';
import { rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOUR, MINUTE, SECOND } from '../../../model/time.ts';
import { makeWorld } from './world.ts';

const one = (value: number) => `# TYPE trains gauge\ntrains{line="5"} ${value}\n`;

test('a file that is replaced is read anew, one that is gone gives nothing, and others are not read', async (t) => {
  const { folder, put, collect, value, troubles } = await makeWorld(t);
  await put('a.prom', one(1));
  await put('b.prom.tmp', 'hidden 1\n');
  await put('.c.prom', 'hidden 1\n');
  await put("d'$(reboot) `x`.prom", 'quoted 1\n');
  await collect();
  assert.deepEqual([value('trains'), value('hidden'), value('quoted')], [1, undefined, 1]);
  await put('a.prom', one(2));
  await collect();
  assert.equal(value('trains'), 2);
  await unlink(join(folder, 'a.prom'));
  await collect();
  assert.deepEqual([value('trains'), value('quoted')], [undefined, 1]);
  assert.equal(value('node_textfile_mtime_seconds', { file: `${folder}/a.prom` }), undefined);
  assert.equal(value('node_textfile_scrape_error'), 0);
  assert.deepEqual(troubles, []);
});

test('a broken file is named once with line and column, and what it was before counts until it is too old', async (t) => {
  const { folder, put, collect, value, troubles, clock } = await makeWorld(t, { staleMs: 5 * MINUTE });
  const file = `${folder}/a.prom`;
  await put('a.prom', one(1));
  await collect();
  await put('a.prom', '# TYPE trains gauge\ntrains{line="5} 2\n', 0);
  await collect();
  await collect();
  assert.equal(value('trains'), 1);
  assert.equal(value('signalbox_textfile_broken', { file }), 1);
  assert.equal(value('node_textfile_scrape_error'), 1);
  await put('a.prom', 'trains{line="5"} 2 1700000000000\n', 0);
  await collect();
  assert.deepEqual(troubles, [
    `${file}:2:18: came the end of the line, wanted " at the end of the value; what it was before counts for 5 min`,
  ]);
  await clock.advance(4 * MINUTE + 30 * SECOND);
  await collect();
  assert.equal(value('trains'), undefined);
  assert.equal(value('signalbox_textfile_stale', { file }), 1);
  assert.equal(troubles[1], `${file} was last well written 5 min ago: its series end`);
  await put('a.prom', one(3), 0);
  await collect();
  assert.equal(value('trains'), 3);
  assert.equal(value('signalbox_textfile_broken', { file }), 0);
  assert.equal(value('node_textfile_scrape_error'), 0);
  assert.deepEqual(troubles.slice(2), [`${file} can be read again`, `${file} counts again`]);
});

test('without a limit of age an old file counts, and a broken one for an hour', async (t) => {
  const { folder, put, collect, value, clock, troubles } = await makeWorld(t);
  await put('a.prom', one(1), 400 * 24 * HOUR);
  await collect();
  assert.equal(value('trains'), 1);
  await put('a.prom', 'x');
  await collect();
  await clock.advance(59 * MINUTE);
  await collect();
  assert.equal(value('trains'), 1);
  await clock.advance(2 * MINUTE);
  await collect();
  assert.equal(value('trains'), undefined);
  assert.equal(value('signalbox_textfile_stale', { file: `${folder}/a.prom` }), 0);
  assert.match(troubles[0] ?? '', /a\.prom:1:2: came the end of the text, wanted a line feed .* counts for 1 h$/);
});

test('a folder that goes away is as if all in it were broken: its series end after an hour, and go on when it is back', async (t) => {
  const { folder, put, collect, value, clock, troubles } = await makeWorld(t);
  const file = `${folder}/a.prom`;
  await put('a.prom', one(1));
  await collect();
  await rename(folder, `${folder}.away`);
  await collect();
  assert.deepEqual([value('trains'), value('signalbox_textfile_broken', { file })], [1, 1]);
  await clock.advance(61 * MINUTE);
  await collect();
  assert.equal(value('trains'), undefined);
  await rename(`${folder}.away`, folder);
  await collect();
  assert.deepEqual([value('trains'), value('signalbox_textfile_broken', { file })], [1, 0]);
  assert.deepEqual(troubles, [
    `${folder}: it is not there`,
    `${file} was last well written 1 h ago: its series end`,
    `${folder} can be read again`,
    `${file} counts again`,
  ]);
});

test('a file from a clock that is ahead grows old from when it was seen', async (t) => {
  const { put, collect, value, clock } = await makeWorld(t, { staleMs: 5 * MINUTE });
  await put('a.prom', one(1), -24 * HOUR);
  await collect();
  assert.equal(value('trains'), 1);
  await clock.advance(4 * MINUTE);
  await collect();
  assert.equal(value('trains'), 1);
  await clock.advance(2 * MINUTE);
  await collect();
  assert.equal(value('trains'), undefined);
});

test('a sample with an instant of its own is refused, as node_exporter does, and named', async (t) => {
  const { folder, put, collect, value, troubles } = await makeWorld(t);
  await put('a.prom', 'trains 1\nbuses 2 1700000000000\n');
  await collect();
  assert.equal(value('trains'), undefined);
  assert.deepEqual(troubles, [
    `${folder}/a.prom:2:9: came "1700000000000", wanted the end of the line: samples with instants of their own are not taken here`,
  ]);
});

test('a file that is just being written in its place is left alone for two seconds, once', async (t) => {
  const { put, overwrite, collect, value, clock, hurried, troubles } = await makeWorld(t);
  await put('game.prom', `${one(1)}other 1\n`);
  await collect();
  // Half of it, at the end of a line: nothing in it says so.
  await overwrite('game.prom', one(2));
  await collect();
  assert.deepEqual([value('trains'), value('other')], [1, 1]);
  await overwrite('game.prom', `${one(2)}other 2\n`);
  assert.equal(hurried(), 0);
  await clock.advance(2 * SECOND);
  assert.equal(hurried(), 1);
  await collect();
  assert.deepEqual([value('trains'), value('other')], [2, 2]);
  // One that is written all the time is read all the same.
  await overwrite('game.prom', one(3));
  await collect();
  await overwrite('game.prom', one(4));
  await collect();
  assert.equal(value('trains'), 4);
  assert.deepEqual(troubles, []);
});

test('a file that is moved to its place is read at once', async (t) => {
  const { put, collect, value } = await makeWorld(t);
  for (const round of [1, 2, 3]) {
    await put('a.prom', one(round), 0);
    await collect();
    assert.equal(value('trains'), round);
  }
});
