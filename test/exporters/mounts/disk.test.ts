import assert from 'node:assert/strict';
import { accessSync } from 'node:fs';
import { test } from 'node:test';
import { requireProgram } from '../../require-program.ts';
import { watchMounts } from './watch.ts';
import { makeWorld } from './world.ts';

test('a disk that the kernel no longer lets anyone write to, after an error, is told of', async (t) => {
  const world = requireProgram('mkfs.ext4', t) && (await makeWorld(t));
  if (!world) return;
  try {
    accessSync('/dev/loop-control');
  } catch {
    return t.skip('needs /dev/loop-control');
  }
  const [image, disk] = [`${world.folder}/image`, `${world.folder}/disk`];
  await world.run('truncate', '--size=16M', image);
  await world.run('mkfs.ext4', '-q', image);
  await world.run('mkdir', disk);
  // The loop device goes with the mount, also when the world ends by a signal.
  await world.run('mount', '-o', 'loop,errors=remount-ro', image, disk);
  const { collect, troubles } = await watchMounts(t, { root: world.root });
  const before = await collect();
  assert.equal(before.value('signalbox_mount_healthy', { mountpoint: disk, fstype: 'ext4' }), 1);
  assert.equal(before.value('node_filesystem_readonly', { mountpoint: disk }), 0);
  const device = (await world.run('findmnt', '--noheadings', '--output=SOURCE', disk)).trim().replace('/dev/', '');
  await world.run('sh', '-c', `echo test > /sys/fs/ext4/${device}/trigger_fs_error`);
  const after = await collect();
  assert.equal(after.reason(disk), 'read-only, though it was mounted to be written to');
  assert.equal(after.value('node_filesystem_readonly', { mountpoint: disk }), 1);
  assert.ok((after.value('node_filesystem_size_bytes', { mountpoint: disk }) ?? 0) > 0);
  assert.deepEqual(troubles, [`${disk} (ext4): read-only, though it was mounted to be written to`]);
});
