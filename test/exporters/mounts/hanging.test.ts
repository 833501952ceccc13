import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenNamed } from './processes.ts';
import { watchMounts } from './watch.ts';
import { makeWorld } from './world.ts';

const HEALTHY = 'signalbox_mount_healthy';
const STUCK = 'signalbox_mounts_stuck_processes';

test('a mount that hangs is told of, the others go on, nothing piles up in 20 collections, and it is well again when it answers', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const [dead, alive] = [await world.fuse('dead'), await world.fuse('alive')];
  const { collect, troubles, hurried } = await watchMounts(t, { root: world.root });
  const before = await collect();
  assert.equal(before.value(HEALTHY, { mountpoint: dead }), 1);
  assert.equal(before.value('node_filesystem_avail_bytes', { mountpoint: dead }), 500 * 4096);

  await world.setMood(dead, 'hang');
  for (let round = 0; round < 20; round++) {
    const page = await collect();
    assert.ok(page.isWhole);
    assert.equal(page.value(HEALTHY, { mountpoint: dead }), 0);
    assert.equal(page.reason(dead), 'no answer for 3 s');
    assert.equal(
      page.value('node_filesystem_device_error', { mountpoint: dead, device_error: 'mountpoint timeout' }),
      1,
    );
    assert.equal(page.value('node_filesystem_avail_bytes', { mountpoint: dead }), undefined);
    for (const mountpoint of [alive, world.folder]) {
      assert.equal(page.value(HEALTHY, { mountpoint }), 1);
      assert.ok((page.value('node_filesystem_size_bytes', { mountpoint }) ?? 0) > 0);
    }
    assert.equal(page.value(STUCK), 1);
  }
  assert.equal(await world.waiting(dead), 1);
  assert.deepEqual(childrenNamed('stat').length, 1);
  assert.ok(childrenNamed('sh').length <= 2, 'one shell hangs, one goes on');
  assert.deepEqual(troubles, [`${dead} (fuse.signalbox): no answer for 3 s`]);

  await world.setMood(dead, 'answer');
  while (hurried() === 0) await sleep(10);
  const after = await collect();
  assert.equal(after.value(HEALTHY, { mountpoint: dead }), 1);
  assert.equal(after.value(STUCK), 0);
  assert.deepEqual(troubles.slice(1), [`${dead} is well again; it was: no answer for 3 s`]);
});

test('a mount may be slow: whoever waits long enough hears its answer, and a collection that ends sooner says nothing of it', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const slow = await world.fuse('slow');
  const { collect, troubles } = await watchMounts(t, { root: world.root, timeoutMs: 20_000 });
  await world.setMood(slow, 'hang');
  const pending = await collect(5_000);
  assert.ok(!pending.isWhole);
  assert.equal(pending.value(HEALTHY, { mountpoint: slow }), undefined);
  assert.equal(pending.value(HEALTHY, { mountpoint: world.folder }), 1);
  assert.equal(pending.value('signalbox_mounts_unknown'), 1);
  const collecting = collect();
  await sleep(500);
  await world.setMood(slow, 'answer');
  const page = await collecting;
  assert.ok(page.isWhole);
  assert.equal(page.value(HEALTHY, { mountpoint: slow }), 1);
  assert.ok((page.value('signalbox_mount_seconds', { mountpoint: slow }) ?? 0) > 1);
  assert.deepEqual(troubles, []);
});

test('a file system of this machine below a dead mount hangs too, and those asked together with it do not', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const dead = await world.fuse('dead');
  const others = ['a', 'z'].map((name) => `${world.folder}/${name}`);
  for (const point of [`${dead}/sub`, ...others]) {
    if (!point.startsWith(dead)) await world.run('mkdir', point);
    await world.run('mount', '-t', 'tmpfs', 'tmpfs', point);
  }
  await world.setMood(dead, 'hang');
  const { collect } = await watchMounts(t, { root: world.root });
  for (let round = 0; round < 5; round++) {
    const page = await collect();
    assert.deepEqual(
      [dead, `${dead}/sub`, ...others].map((mountpoint) => page.value(HEALTHY, { mountpoint })),
      [0, 0, 1, 1],
    );
    assert.equal(page.value(STUCK), 2);
  }
  assert.equal(await world.waiting(dead), 2);
});

test('of thirty that hang no more than sixteen keep a process, and what answered goes on', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const dead: string[] = [];
  for (let index = 0; index < 30; index++) dead.push(await world.fuse(`dead-${index}`));
  for (const point of dead) await world.setMood(point, 'hang');
  const { collect } = await watchMounts(t, { root: world.root });
  for (let round = 0; round < 3; round++) {
    const page = await collect();
    assert.equal(page.value(HEALTHY, { mountpoint: world.folder }), 1);
    assert.equal(page.value(STUCK), 16);
    assert.equal(dead.filter((mountpoint) => page.value(HEALTHY, { mountpoint }) === 0).length, 16);
    assert.equal(page.value('signalbox_mounts_unknown'), 14);
  }
  for (const point of dead) await world.setMood(point, 'answer');
  for (let round = 0; round < 3; round++) await collect();
  const after = await collect();
  assert.equal(after.value(STUCK), 0);
  assert.ok(dead.every((mountpoint) => after.value(HEALTHY, { mountpoint }) === 1));
});
