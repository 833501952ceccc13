import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdtemp, readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createClock } from '../../../collector/clock.ts';
import { openSpool, type Spool, type SpoolOptions } from '../../../collector/spool/spool.ts';
import { SinkRefused } from '../../../model/sample.ts';
import { DAY } from '../../../model/time.ts';
import { until } from '../../integration/until.ts';

const identity = { job: 'push', instance: 'base' };
const clock = createClock();

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-spool-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withSpool(
  folder: string,
  options: Partial<SpoolOptions>,
  body: (spool: Spool, said: string[]) => Promise<void>,
): Promise<void> {
  const said: string[] = [];
  const onTrouble = (message: string) => void said.push(message);
  const spool = await openSpool(folder, { clock, maxBytes: 1e8, maxAgeMs: 1e9, onTrouble, ...options });
  try {
    await body(spool, said);
  } finally {
    await spool.close();
  }
}

const samples = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ name, labels: { index: String(index) }, value: Math.random() }));
const keep = (spool: Spool, name: string, count = 3) => spool.keep(samples(name, count), identity, clock.now());

async function linesIn(spool: Spool): Promise<string[]> {
  let text = '';
  for (const segment of spool.shelf.segments)
    for (let from = 0; from < segment.size; ) {
      const portion = await spool.shelf.read(segment, from, segment.size, 1 << 20);
      for (const { payload } of portion.frames) text += gunzipSync(payload).toString();
      from = portion.to;
    }
  return text.split('\n').filter((line) => line !== '');
}

const namesIn = async (spool: Spool) => [...new Set((await linesIn(spool)).map((line) => line.split('{')[0]))];
const segmentPaths = async (folder: string) =>
  (await readdir(join(folder, 'segments'))).sort().map((name) => join(folder, 'segments', name));

function metric(spool: Spool, name: string, reason?: string): number {
  return (
    spool.samples().find((one) => one.name === name && (reason === undefined || one.labels.reason === reason))?.value ??
    0
  );
}

test('what was kept is on disk at once, and there after the next start', () =>
  inFolder(async (folder) => {
    await withSpool(folder, {}, async (spool) => {
      await keep(spool, 'kept', 100);
      assert.equal((await linesIn(spool)).length, 100);
      spool.offer(samples('offered', 5), identity, clock.now());
    });
    await withSpool(folder, {}, async (spool, said) => {
      assert.equal((await linesIn(spool)).length, 105);
      assert.deepEqual(said, []);
    });
  }));

test('many pushes at a time share one fsync', () =>
  inFolder((folder) =>
    withSpool(folder, {}, async (spool) => {
      await Promise.all(Array.from({ length: 200 }, (_, index) => keep(spool, `push_${index}`)));
      assert.equal((await linesIn(spool)).length, 600);
      assert.ok(metric(spool, 'signalbox_spool_commits_total') <= 3);
    }),
  ));

test('a push of any size is kept whole, in frames of bounded size', () =>
  inFolder((folder) =>
    withSpool(folder, {}, async (spool) => {
      const frames: number[] = [];
      spool.onCommit(({ payload }) => frames.push(payload.length));
      await keep(spool, 'large', 50_000);
      assert.equal((await linesIn(spool)).length, 50_000);
      assert.ok(frames.length > 5 && Math.max(...frames) < 1 << 20);
    }),
  ));

test('a half-written tail is cut at the last good frame, and all before it is there', () =>
  inFolder(async (folder) => {
    await withSpool(folder, {}, async (spool) => {
      for (const name of ['a', 'b', 'c']) await keep(spool, name);
    });
    const [path = ''] = await segmentPaths(folder);
    const whole = await readFile(path);
    for (const cut of [1, 10, 30]) {
      await truncate(path, whole.length - cut);
      await withSpool(folder, {}, async (spool, said) => {
        assert.deepEqual(await namesIn(spool), ['a', 'b']);
        assert.match(said.join(), /bytes were half-written and never acknowledged; cut off/);
      });
      await rm(path);
      await appendFile(path, whole);
    }
    await appendFile(path, Buffer.alloc(5000));
    await withSpool(folder, {}, async (spool) => assert.deepEqual(await namesIn(spool), ['a', 'b', 'c']));
    assert.equal((await stat(path)).size, whole.length);
  }));

test('bit rot costs the frame it is in and no other, wherever it sits', () =>
  inFolder(async (folder) => {
    await withSpool(folder, {}, async (spool) => {
      for (const name of ['a', 'b', 'c', 'd']) await keep(spool, name);
    });
    const [path = ''] = await segmentPaths(folder);
    const whole = await readFile(path);
    const starts = [...whole.toString('latin1').matchAll(/SBF1/g)].map(({ index }) => index);
    for (const offset of [0, 5, 9, 13, 18, 25, 60]) {
      await rm(path, { force: true });
      const rotten = Buffer.from(whole);
      const at = (starts[1] ?? 0) + offset;
      rotten[at] = (rotten[at] ?? 0) ^ 0x10;
      await appendFile(path, rotten);
      await withSpool(folder, {}, async (spool) => {
        assert.deepEqual(await namesIn(spool), ['a', 'c', 'd'], `rot at ${offset}`);
        const [segment] = spool.shelf.segments;
        const portion = segment && (await spool.shelf.read(segment, 0, segment.size, 1 << 20));
        assert.equal(portion?.rottenBytes, (starts[2] ?? 0) - (starts[1] ?? 0));
      });
    }
  }));

test('from 90 % of the bound on pushes are refused, own samples go on, and then the oldest is dropped and counted', () =>
  inFolder((folder) =>
    withSpool(folder, { maxBytes: 20_000 }, async (spool, said) => {
      let kept = 0;
      for (;;) {
        const refused = await keep(spool, 'push', 100).catch((error: unknown) => error);
        if (refused instanceof SinkRefused) break;
        kept += 100;
      }
      assert.match(said.join(), /nearly full/);
      assert.equal(said.length, 1);
      assert.ok(metric(spool, 'signalbox_spool_fullness_ratio') >= 0.9);
      assert.equal((await linesIn(spool)).length, kept);

      let offered = 0;
      while (metric(spool, 'signalbox_spool_dropped_samples_total', 'size') === 0) {
        spool.offer(samples('own', 100), identity, clock.now());
        offered += 100;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      // The last of them are on their way to the disk, and a segment that is read may go meanwhile.
      await until(async () => {
        const dropped = metric(spool, 'signalbox_spool_dropped_samples_total', 'size');
        const lines = await linesIn(spool).catch(() => []);
        return lines.length === kept + offered - dropped;
      });
      assert.ok(metric(spool, 'signalbox_spool_bytes') <= 20_000);

      for (const segment of [...spool.shelf.segments].filter((one) => one.sealed)) await spool.shelf.remove(segment);
      await keep(spool, 'push');
      assert.match(said.join(), /has room again/);
    }),
  ));

test('what waits longer than the bound in age is dropped and counted', () =>
  inFolder(async (folder) => {
    await withSpool(folder, {}, async (spool) => keep(spool, 'old', 7));
    await new Promise((resolve) => setTimeout(resolve, 120));
    await withSpool(folder, { maxAgeMs: 100 }, async (spool, said) => {
      spool.offer(samples('new', 1), identity, clock.now());
      while (metric(spool, 'signalbox_spool_dropped_samples_total', 'age') === 0)
        await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(metric(spool, 'signalbox_spool_dropped_samples_total', 'age'), 7);
      assert.match(said.join(), /oldest samples are dropped, 7 for a start/);
    });
  }));

test('a wall clock that jumps ahead by a year ages nothing that waits', () =>
  inFolder(async (folder) => {
    let jumped = 0;
    const jumping = { ...clock, now: () => Date.now() + jumped };
    await withSpool(folder, { maxAgeMs: DAY, clock: jumping }, async (spool, said) => {
      await keep(spool, 'before');
      await spool.seal();
      jumped = 365 * DAY;
      await spool.keep(samples('after', 1), identity, jumping.now());
      assert.deepEqual(await namesIn(spool), ['before', 'after']);
      assert.deepEqual(said, []);
    });
  }));

test('stale markers are as durable as samples, in frames of a kind of their own', () =>
  inFolder(async (folder) => {
    const gone = samples('gone', 2);
    await withSpool(folder, {}, async (spool) => {
      spool.offer(samples('there', 3), identity, clock.now());
      spool.end(gone, identity, clock.now());
      spool.offer(samples('there', 3), identity, clock.now());
    });
    await withSpool(folder, {}, async (spool, said) => {
      const [segment] = spool.shelf.segments;
      const portion = segment && (await spool.shelf.read(segment, 0, segment.size, 1 << 20));
      assert.deepEqual(
        portion?.frames.map(({ kind, count }) => [kind, count]),
        [
          ['values', 6],
          ['stale', 2],
        ],
      );
      const lines = await linesIn(spool);
      assert.equal(lines.filter((line) => /^gone\{.*\} NaN \d+$/.test(line)).length, 2);
      assert.deepEqual(said, []);
    });
  }));

test('a closed spool takes nothing more and says so', () =>
  inFolder(async (folder) => {
    await withSpool(folder, {}, async (spool) => {
      await spool.close();
      await assert.rejects(keep(spool, 'late'), SinkRefused);
      spool.offer(samples('late', 3), identity, clock.now());
      assert.equal(metric(spool, 'signalbox_spool_dropped_samples_total', 'memory'), 3);
    });
  }));

test('removed under the box, nothing more is acknowledged into it; it makes itself anew and goes on', () =>
  inFolder((folder) =>
    withSpool(folder, {}, async (spool, said) => {
      await keep(spool, 'before');
      const newest = async () => (await segmentPaths(folder)).at(-1) ?? '';
      for (const gone of [() => folder, () => join(folder, 'segments'), newest]) {
        await rm(await gone(), { recursive: true });
        const lost = keep(spool, 'lost');
        spool.offer(samples('offered', 1), identity, clock.now());
        await assert.rejects(lost, SinkRefused);
        assert.match(
          said.at(-1) ?? '',
          /the spool can't be written \(.*\.spool was removed while it was written\): pushes are refused/,
        );
        await until(() => said.at(-1) === 'the spool can be written again');
        await keep(spool, 'after');
        assert.ok((await stat(await newest())).size > 0);
      }
    }),
  ));

test('another file in the place of its own is not taken for it', () =>
  inFolder((folder) =>
    withSpool(folder, {}, async (spool) => {
      await keep(spool, 'before');
      const [path = ''] = await segmentPaths(folder);
      await rename(path, `${path}.moved`);
      await copyFile(`${path}.moved`, path);
      await assert.rejects(keep(spool, 'lost'), /was removed while it was written/);
    }),
  ));
