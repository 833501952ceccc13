import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stampOf } from '../../config/stamp.ts';
import { watchConfig } from '../../config/watch.ts';
import { diskSettled } from '../disk-settled.ts';
import { FakeClock } from '../fake-clock.ts';

interface Scene extends Disposable {
  readonly folder: string;
  readonly file: string;
  readonly troubles: string[];
  changes: number;
  /** Lets time pass until there are so many changes; fails after a while of the test's own time. */
  until(changes: number): Promise<void>;
  /** Lets time pass and gives the kernel its turn. */
  idle(): Promise<void>;
}

function scene(watchedName = 'signalbox.yml', since?: string): Scene {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-watch-'));
  const file = join(folder, 'signalbox.yml');
  writeFileSync(file, 'title: one\n');
  const clock = new FakeClock();
  const troubles: string[] = [];
  const self: Scene = {
    folder,
    file,
    troubles,
    changes: 0,
    async until(changes) {
      const end = performance.now() + 60_000;
      while (self.changes < changes && performance.now() < end) await step(clock);
      assert.equal(self.changes, changes);
    },
    async idle() {
      for (let turn = 0; turn < 10; turn++) await step(clock);
    },
    [Symbol.dispose]() {
      watch.close();
      rmSync(folder, { recursive: true });
    },
  };
  const count = (): void => {
    self.changes++;
  };
  const watch = watchConfig(join(folder, watchedName), count, (trouble) => troubles.push(trouble), clock, since);
  return self;
}

async function step(clock: FakeClock): Promise<void> {
  await clock.advance(1_000);
  await diskSettled();
}

test('nothing happens while nothing changes', async () => {
  using here = scene();
  await here.idle();
  writeFileSync(join(here.folder, 'other.txt'), 'x');
  await here.idle();
  assert.equal(here.changes, 0);
  assert.deepEqual(here.troubles, []);
});

test('writing to the file is noticed, again and again', async () => {
  using here = scene();
  await here.idle();
  for (let round = 1; round <= 3; round++) {
    appendFileSync(here.file, '# more\n');
    await here.until(round);
    await here.idle();
    assert.equal(here.changes, round);
  }
});

test('an editor that renames a new file over the old one is noticed, the second time too', async () => {
  using here = scene();
  await here.idle();
  for (let round = 1; round <= 2; round++) {
    writeFileSync(join(here.folder, '.signalbox.yml.swp'), `title: ${round}\n`);
    renameSync(join(here.folder, '.signalbox.yml.swp'), here.file);
    await here.until(round);
    await here.idle();
  }
  assert.equal(here.changes, 2);
});

test('a file that is taken away and comes back is noticed', async () => {
  using here = scene();
  await here.idle();
  rmSync(here.file);
  await here.until(1);
  writeFileSync(here.file, 'title: two\n');
  await here.until(2);
});

test('of a folder, fragments that come, change and go are noticed, and other files are not', async () => {
  using here = scene('.');
  await here.idle();
  const fragment = join(here.folder, 'more.yaml');
  writeFileSync(fragment, 'monitors: {}\n');
  await here.until(1);
  await here.idle();
  appendFileSync(fragment, '#\n');
  await here.until(2);
  await here.idle();
  writeFileSync(join(here.folder, 'notes.txt'), 'x');
  writeFileSync(join(here.folder, '.more.yaml.swp'), 'x');
  await here.idle();
  assert.equal(here.changes, 2);
  rmSync(fragment);
  await here.until(3);
});

test('a folder that is replaced as a whole is watched on', async () => {
  using here = scene('conf');
  mkdirSync(join(here.folder, 'conf'));
  writeFileSync(join(here.folder, 'conf', 'a.yml'), 'title: one\n');
  await here.idle();
  here.changes = 0;
  mkdirSync(join(here.folder, 'next'));
  writeFileSync(join(here.folder, 'next', 'a.yml'), 'title: two\n');
  renameSync(join(here.folder, 'conf'), join(here.folder, 'last'));
  renameSync(join(here.folder, 'next'), join(here.folder, 'conf'));
  await here.idle();
  const before = here.changes;
  assert.ok(before >= 1);
  appendFileSync(join(here.folder, 'conf', 'a.yml'), '#\n');
  await here.until(before + 1);
});

test('what changed between reading and watching is not missed', async () => {
  using here = scene('signalbox.yml', 'what it looked like when it was read');
  await here.until(1);
  await here.idle();
  assert.equal(here.changes, 1);
});

test('a stamp that still holds is no change', async () => {
  using first = scene();
  const stamp = (await stampOf([first.file])).text;
  const clock = new FakeClock();
  let changes = 0;
  using _watch = watchConfig(
    first.file,
    () => changes++,
    () => undefined,
    clock,
    stamp,
  );
  for (let turn = 0; turn < 10; turn++) await step(clock);
  assert.equal(changes, 0);
});

test('a mounted file that was replaced is said once, with what to do', async () => {
  using here = scene();
  const handle = openSync(here.file, 'r');
  const mounted = `/proc/self/fd/${handle}`;
  const clock = new FakeClock();
  const troubles: string[] = [];
  using _watch = watchConfig(
    mounted,
    () => undefined,
    (trouble) => troubles.push(trouble),
    clock,
  );
  await step(clock);
  // The same that one sees of a bind-mounted file once another took its name: it is there, and has no name any more.
  rmSync(here.file);
  for (let turn = 0; turn < 30; turn++) await step(clock);
  assert.deepEqual(troubles, [`${mounted} was replaced behind the mount: mount the folder instead of the file`]);
  closeSync(handle);
});

test('after closing nothing is said any more', async () => {
  using here = scene();
  await here.idle();
  const clock = new FakeClock();
  let changes = 0;
  const watch = watchConfig(
    here.file,
    () => changes++,
    () => undefined,
    clock,
  );
  await step(clock);
  watch.close();
  appendFileSync(here.file, '#\n');
  for (let turn = 0; turn < 5; turn++) await step(clock);
  assert.equal(changes, 0);
});
