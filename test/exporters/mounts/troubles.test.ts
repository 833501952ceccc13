import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { test } from 'node:test';
import { until } from '../../integration/until.ts';
import { watchMounts } from './watch.ts';
import { makeWorld } from './world.ts';

const HEALTHY = 'signalbox_mount_healthy';
const ERROR = 'node_filesystem_device_error';
const { ESTALE, EIO, EACCES } = constants.errno;

test('a stale handle, an I/O error and a dead FUSE program are told in words, once, and no figures are given', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const [stale, broken, crashed] = [await world.fuse('stale'), await world.fuse('broken'), await world.fuse('crashed')];
  await world.setMood(stale, ESTALE);
  await world.setMood(broken, EIO);
  await world.crash(crashed);
  const { collect, troubles } = await watchMounts(t, { root: world.root });
  await collect();
  const page = await collect();
  const words = {
    [stale]: 'stale file handle',
    [broken]: 'input/output error',
    [crashed]: 'transport endpoint is not connected',
  };
  for (const [mountpoint, reason] of Object.entries(words)) {
    assert.equal(page.value(HEALTHY, { mountpoint, fstype: 'fuse.signalbox' }), 0);
    assert.equal(page.reason(mountpoint), reason);
    assert.equal(page.value('node_filesystem_size_bytes', { mountpoint }), undefined);
    assert.equal(page.value(ERROR, { mountpoint }), 1);
  }
  assert.equal(page.value(ERROR, { mountpoint: stale, device_error: 'stale NFS file handle' }), 1);
  assert.equal(page.value(HEALTHY, { mountpoint: world.folder }), 1);
  assert.deepEqual(
    troubles.toSorted(),
    Object.entries(words)
      .map(([point, reason]) => `${point} (fuse.signalbox): ${reason}`)
      .toSorted(),
  );
  await world.setMood(stale, 'answer');
  await collect();
  assert.equal(troubles.at(-1), `${stale} is well again; it was: stale file handle`);
});

test('a mount that we may not look at is not called ill', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const foreign = await world.fuse('foreign');
  await world.setMood(foreign, EACCES);
  const { collect, troubles } = await watchMounts(t, { root: world.root });
  await collect();
  const page = await collect();
  assert.equal(page.value(HEALTHY, { mountpoint: foreign }), undefined);
  assert.equal(page.value(ERROR, { mountpoint: foreign, device_error: 'permission denied' }), 1);
  assert.equal(page.value('signalbox_mounts_unknown'), 1);
  assert.deepEqual(troubles, [`${foreign} (fuse.signalbox): permission denied`]);
});

test('a mount that is expected and absent is unhealthy, under the labels it had', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const media = `${world.folder}/media`;
  const { collect, troubles } = await watchMounts(t, { root: world.root, expect: [media] });
  const first = await collect();
  assert.equal(first.value(HEALTHY, { mountpoint: media, device: '', fstype: '' }), 0);
  assert.equal(first.reason(media), 'not mounted');
  await world.run('mkdir', media);
  await world.run('mount', '-t', 'tmpfs', 'disk', media);
  const mounted = await collect();
  assert.equal(mounted.value(HEALTHY, { mountpoint: media, device: 'disk', fstype: 'tmpfs' }), 1);
  assert.equal(mounted.reason(media), undefined);
  await world.run('umount', media);
  const gone = await collect();
  assert.equal(gone.value(HEALTHY, { mountpoint: media, device: 'disk', fstype: 'tmpfs' }), 0);
  assert.equal(gone.value('node_filesystem_size_bytes', { mountpoint: media }), undefined);
  assert.deepEqual(troubles, [
    `${media}: not mounted`,
    `${media} is well again; it was: not mounted`,
    `${media} (tmpfs): not mounted`,
  ]);
});

test('a mount that must be writable and is mounted to be read is unhealthy', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const [meant, other] = [`${world.folder}/meant`, `${world.folder}/other`];
  for (const point of [meant, other]) {
    await world.run('mkdir', point);
    await world.run('mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', point);
  }
  const { collect } = await watchMounts(t, { root: world.root, writable: [meant] });
  const page = await collect();
  assert.equal(page.reason(meant), 'read-only');
  assert.equal(page.value(HEALTHY, { mountpoint: other }), 1);
  assert.equal(page.value('node_filesystem_readonly', { mountpoint: meant }), 1);
  await world.run('mount', '-o', 'remount,rw', meant);
  assert.equal((await collect()).value(HEALTHY, { mountpoint: meant }), 1);
});

test('names of every kind are asked as they are, told so that they break no line, and never run', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  // Whoever ran a name would leave this in the folder where the asking shell stands.
  const trap = `signalbox-trap-${process.pid}`;
  const names = [
    'two words',
    'a\nline\tand\\tab',
    "it's",
    `'; touch ${trap}; '`,
    `$(touch ${trap})`,
    `\`touch ${trap}\``,
    '-rf',
    'Bücher 書籍 😀',
    '*',
    '\u202egnp.exe',
    'x'.repeat(255),
  ];
  const points = names.map((name) => `${world.folder}/${name}`);
  for (const point of points) {
    await world.run('mkdir', point);
    await world.run('mount', '-t', 'tmpfs', 'tmpfs', point);
  }
  const { collect, troubles } = await watchMounts(t, { root: world.root, writable: points });
  const page = await collect();
  for (const mountpoint of points) {
    assert.equal(page.value(HEALTHY, { mountpoint }), 1, JSON.stringify(mountpoint));
    assert.ok((page.value('node_filesystem_size_bytes', { mountpoint }) ?? 0) > 0);
  }
  for (const point of points) await world.run('mount', '-o', 'remount,ro', point);
  await collect();
  assert.equal(troubles.length, names.length);
  for (const trouble of troubles) {
    assert.doesNotMatch(trouble, /[\p{C}]/u);
    assert.match(trouble, / \(tmpfs\): read-only$/);
  }
  assert.ok(!existsSync(`/${trap}`) && !existsSync(trap), 'a name was run');
});

test('where a mount was taken away before it was asked, what answers in its place is not told as its own', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const [first, second] = [await world.fuse('first'), await world.fuse('second')];
  const { collect } = await watchMounts(t, { root: world.root });
  assert.notEqual((await collect()).value('node_filesystem_size_bytes', { mountpoint: second }), undefined);
  await world.setMood(first, 'hang');
  const under = collect();
  await until(async () => (await world.waiting(first)) > 0, 60_000, 'the first is asked');
  await world.run('umount', second);
  const page = await under;
  assert.deepEqual(
    page.samples.filter(({ labels }) => labels.mountpoint === second),
    [],
  );
  await world.setMood(first, 'answer');
});

test('five hundred mounts are all told of', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const loop = `cd ${world.folder}; for i in $(seq 500); do mkdir m$i; mount --bind . m$i; done`;
  await world.run('sh', '-c', loop);
  const { collect } = await watchMounts(t, { root: world.root });
  const page = await collect();
  const told = page.samples.filter(({ name, value }) => name === HEALTHY && value === 1);
  assert.ok(told.length >= 501, `${told.length} were told of`);
});
