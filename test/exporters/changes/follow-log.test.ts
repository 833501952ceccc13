import assert from 'node:assert/strict';
import { appendFile, copyFile, rename, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { followLog, type LogPlace } from '../../../exporters/changes/logs/follow-log.ts';
import { machineFor } from './machine.ts';

/** A log, and what a reader that comes by now and then has got of it. */
async function logFor(t: TestContext, text = '') {
  const machine = await machineFor(t, { 'log/x.log': text });
  const troubles: string[] = [];
  let place: LogPlace | undefined;
  async function read(since = 0): Promise<string[]> {
    const got: string[] = [];
    place = await followLog({
      path: machine.at('log/x.log'),
      place: place && (JSON.parse(JSON.stringify(place)) as LogPlace),
      since,
      take: (lines) => got.push(...lines),
      signal: AbortSignal.timeout(20_000),
      onTrouble: (message) => troubles.push(message),
    });
    return got;
  }
  const log = (name = '') => machine.at(`log/x.log${name}`);
  return { read, log, troubles, place: () => place };
}

test('each line is read once, and a half-written one when it is whole', async (t) => {
  const { read, log } = await logFor(t, 'one\ntwo\nthr');
  assert.deepEqual(await read(), ['one', 'two']);
  assert.deepEqual(await read(), []);
  await appendFile(log(), 'ee\nfour\n');
  assert.deepEqual(await read(), ['three', 'four']);
  assert.deepEqual(await read(), []);
});

test('a log that is rotated is read to its end, then the new one; packed later it is not read again', async (t) => {
  const { read, log } = await logFor(t, 'one\n');
  assert.deepEqual(await read(), ['one']);
  await appendFile(log(), 'two\n');
  await rename(log(), log('.1'));
  await writeFile(log(), 'three\n');
  assert.deepEqual(await read(), ['two', 'three']);
  await rename(log('.1'), log('.2'));
  await writeFile(log('.2.gz'), gzipSync('one\ntwo\n'));
  await unlink(log('.2'));
  await appendFile(log(), 'four\n');
  await rename(log(), log('.1'));
  await writeFile(log(), '');
  assert.deepEqual(await read(), ['four']);
  await appendFile(log(), 'five\n');
  assert.deepEqual(await read(), ['five']);
});

test('a log that was rotated twice and packed while nobody looked is found by its text', async (t) => {
  for (const [name, pack, next] of [
    ['.2.gz', gzipSync, '.1'],
    ['-20261101.zst', zstdCompressSync, '-20261102'],
  ] as const) {
    const { read, log } = await logFor(t, 'one\ntwo\n');
    assert.deepEqual(await read(), ['one', 'two']);
    await writeFile(log(name), pack('one\ntwo\nthree\n'));
    await writeFile(log(next), 'four\n');
    await unlink(log());
    await writeFile(log(), 'five\n');
    assert.deepEqual(await read(), ['three', 'four', 'five'], name);
  }
});

test('a log that is copied and emptied (copytruncate) loses nothing and repeats nothing', async (t) => {
  const { read, log } = await logFor(t, 'one\ntwo\n');
  assert.deepEqual(await read(), ['one', 'two']);
  await appendFile(log(), 'three\n');
  await copyFile(log(), log('.1'));
  await truncate(log());
  await appendFile(log(), 'a line that is longer than all that was there\n');
  assert.deepEqual(await read(), ['three', 'a line that is longer than all that was there']);
});

test('a log that was emptied without a copy is read from its beginning; one that is gone is waited for', async (t) => {
  const { read, log } = await logFor(t, 'one\ntwo\n');
  await read();
  await truncate(log());
  await appendFile(log(), 'new\n');
  assert.deepEqual(await read(), ['new']);
  await unlink(log());
  assert.deepEqual(await read(), []);
  await writeFile(log(), 'again\n');
  assert.deepEqual(await read(), ['again']);
});

test('at first all rotated logs are read, the oldest first, but none from before the backlog', async (t) => {
  const { read, log } = await logFor(t, 'new\n');
  const now = Date.now() / 1e3;
  await writeFile(log('.10.gz'), gzipSync('oldest\n'));
  await writeFile(log('.2.gz'), gzipSync('older\n'));
  await writeFile(log('.1'), 'old without an end');
  await writeFile(log('.bak'), 'not a rotated one\n');
  await utimes(log('.10.gz'), now - 5_000, now - 5_000);
  await utimes(log('.2.gz'), now - 3_000, now - 3_000);
  await utimes(log('.1'), now - 1_000, now - 1_000);
  assert.deepEqual(await read((now - 4_000) * 1e3), ['older', 'old without an end', 'new']);
});

test('a rotated log that is damaged is said, and the others are read', async (t) => {
  const { read, log, troubles } = await logFor(t, 'new\n');
  await writeFile(log('.2.gz'), 'no gzip at all');
  await writeFile(log('.1'), 'old\n');
  assert.deepEqual(await read(), ['old', 'new']);
  assert.match(troubles.join(), /x\.log\.2\.gz cannot be read: incorrect header check/);
});

test('a line of many megabytes is cut, and the lines after it are whole', async (t) => {
  const { read, log } = await logFor(t, `${'x'.repeat(20e6)}\nafter\n`);
  const [long = '', after] = await read();
  assert.equal(long.length, 512 * 1024);
  assert.equal(after, 'after');
  await appendFile(log(), 'more\n');
  assert.deepEqual(await read(), ['more']);
});
