import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCode } from '../../model/errors.ts';
import { writeFileAtomically } from '../../runtime/atomic-file.ts';
import { createBackOff, keepRunning } from '../../runtime/back-off.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { debounce } from '../../runtime/debounce.ts';
import { createLogOnce } from '../../runtime/log-once.ts';
import { FakeClock } from '../fake-clock.ts';

test('what ends in time is as if there had been no deadline', async () => {
  const clock = new FakeClock();
  assert.equal(await withDeadline({ clock, ms: 100 }, async () => 'done'), 'done');
  await assert.rejects(
    withDeadline({ clock, ms: 100 }, async () => Promise.reject(new Error('broken'))),
    { message: 'broken' },
  );
});

test('at the deadline it is told to end, and may still answer within the grace', async () => {
  const clock = new FakeClock();
  const answer = withDeadline({ clock, ms: 100, graceMs: 50 }, async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return hasCode(signal.reason, 'deadline-passed');
  });
  await clock.advance(120);
  assert.equal(await answer, true);
});

test('what goes on after the grace is left behind', async () => {
  const clock = new FakeClock();
  const answer = withDeadline({ clock, ms: 100, graceMs: 50 }, () => new Promise(() => {}));
  const rejected = assert.rejects(answer, { code: 'left-behind', message: 'it did not end within 100 ms' });
  await clock.advance(151);
  await rejected;
});

test('whoever waits may call it off, before and meanwhile', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const answer = withDeadline({ clock, ms: 100, signal: stop.signal }, () => new Promise(() => {}));
  stop.abort(new Error('the box is stopping'));
  await assert.rejects(answer, { message: 'the box is stopping' });
  await assert.rejects(
    withDeadline({ clock, ms: 100, signal: stop.signal }, async () => assert.fail('it has begun')),
    { message: 'the box is stopping' },
  );
});

test('waits double up to the longest, and begin anew when it went well', () => {
  const backOff = createBackOff({ firstMs: 100, longestMs: 500 });
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => backOff.next()),
    [100, 200, 400, 500, 500],
  );
  backOff.reset();
  assert.equal(backOff.next(), 100);
  assert.equal(createBackOff({ firstMs: 100, random: () => 1 }).next(), 75);
});

test('what ends is run again, ever more slowly, and said once', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const said: string[] = [];
  let runs = 0;
  const running = keepRunning(
    async () => {
      runs++;
      throw new Error(runs < 3 ? 'gone' : 'gone otherwise');
    },
    { clock, signal: stop.signal, onTrouble: (words) => said.push(words) },
  );
  for (const ms of [0, 1_000, 2_000]) await clock.advance(ms);
  assert.equal(runs, 3);
  stop.abort();
  await running;
  assert.deepEqual(said, ['gone', 'gone otherwise']);
});

test('each trouble is said once, until it is another or over', () => {
  const said: string[] = [];
  const once = createLogOnce((message) => said.push(message));
  once.failed('disk', 'the disk is full');
  once.failed('disk', 'the disk is full');
  once.failed('mail', 'nobody answers');
  assert.deepEqual(once.problems(), ['the disk is full', 'nobody answers']);
  once.failed('disk', 'the disk is gone');
  once.works('disk', 'the disk is back');
  once.works('disk', 'the disk is back');
  assert.deepEqual(said, ['the disk is full', 'nobody answers', 'the disk is gone', 'the disk is back']);
  assert.deepEqual(once.problems(), ['nobody answers']);
});

test('many calls are one act, also where they never end', async () => {
  const clock = new FakeClock();
  let acts = 0;
  const soon = debounce({ clock, quietMs: 100, longestMs: 250 }, () => acts++);
  soon.call();
  soon.call();
  await clock.advance(100);
  assert.equal(acts, 1);
  for (let at = 0; at < 10; at++) {
    soon.call();
    await clock.advance(50);
  }
  assert.equal(acts, 3);
  soon.call();
  soon.cancel();
  await clock.advance(1_000);
  assert.equal(acts, 3);
});

test('a file is there whole, with its mode, and no draft is left beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-atomic-'));
  try {
    const path = join(folder, 'state.json');
    await writeFile(join(folder, '.state.json.new'), 'left by a crash');
    await writeFileAtomically(path, 'one');
    await Promise.all(['two', 'three'].map((text) => writeFileAtomically(path, text, { mode: 0o640 })));
    assert.equal(await readFile(path, 'utf8'), 'three');
    assert.equal((await stat(path)).mode & 0o777, 0o640);
    assert.deepEqual(await readdir(folder), ['state.json']);
    await assert.rejects(writeFileAtomically(join(folder, 'absent', 'x'), ''), {
      code: 'file-unwritable',
      message: `${join(folder, 'absent', 'x')} cannot be written: there is no folder ${join(folder, 'absent')}`,
    });
    // A folder in its place: nothing is overwritten and no draft stays.
    await assert.rejects(writeFileAtomically(folder, ''), { code: 'file-unwritable' });
    await chmod(folder, 0o700);
    assert.deepEqual(await readdir(folder), ['state.json']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
