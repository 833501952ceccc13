import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireProgram } from '../../require-program.ts';
import { watchMounts } from './watch.ts';
import { makeWorld } from './world.ts';

const HEALTHY = 'signalbox_mount_healthy';
const ESTALE = 116;

test('where there is only busybox, mounts are asked with its shell and its stat, and one that hangs is told of', async (t) => {
  const busybox = requireProgram('busybox', t);
  const world = busybox && (await makeWorld(t));
  if (!busybox || !world) return;
  const path = process.env.PATH;
  const programs = await mkdtemp(join(tmpdir(), 'signalbox-busybox-'));
  t.after(() => rm(programs, { recursive: true }));
  for (const program of ['sh', 'stat']) await symlink(busybox, join(programs, program));
  const [alive, stale, dead] = [await world.fuse('alive'), await world.fuse('stale'), await world.fuse('dead')];
  const others = ['a', 'b'].map((name) => `${world.folder}/${name}`);
  for (const point of others) {
    await world.run('mkdir', point);
    await world.run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', point);
  }
  await world.setMood(stale, ESTALE);
  await world.setMood(dead, 'hang');
  const { collect } = await watchMounts(t, { root: world.root });
  process.env.PATH = programs;
  t.after(() => {
    process.env.PATH = path;
  });
  for (let round = 0; round < 3; round++) {
    const page = await collect();
    assert.equal(page.value(HEALTHY, { mountpoint: alive }), 1);
    assert.equal(page.reason(stale), 'stale file handle');
    assert.equal(page.reason(dead), 'no answer for 600 ms');
    for (const mountpoint of others) assert.equal(page.value('node_filesystem_size_bytes', { mountpoint }), 65_536);
    assert.equal(page.value('signalbox_mounts_stuck_processes'), 1);
  }
});
