import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireProgram } from '../../require-program.ts';
import { childrenNamed } from './processes.ts';
import { watchMounts } from './watch.ts';
import { makeWorld } from './world.ts';

const HEALTHY = 'signalbox_mount_healthy';
const ESTALE = 116;

test('where there is only busybox, mounts are asked with its shell and its stat, and one that hangs is told of', async (t) => {
  const busybox = requireProgram('busybox', t);
  const world = busybox && (await makeWorld(t));
  if (!busybox || !world) return;
  const [alive, stale, dead] = [await world.fuse('alive'), await world.fuse('stale'), await world.fuse('dead')];
  const others = ['a', 'b'].map((name) => `${world.folder}/${name}`);
  for (const point of others) {
    await world.run('mkdir', point);
    await world.run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', point);
  }
  await world.setMood(stale, ESTALE);
  await world.setMood(dead, 'hang');
  const { collect } = await watchMounts(t, { root: world.root });
  await haveOnly(t, { sh: busybox, stat: busybox });
  for (let round = 0; round < 3; round++) {
    const page = await collect();
    assert.equal(page.value(HEALTHY, { mountpoint: alive }), 1);
    assert.equal(page.reason(stale), 'stale file handle');
    assert.equal(page.reason(dead), 'no answer for 3 s');
    for (const mountpoint of others) assert.equal(page.value('node_filesystem_size_bytes', { mountpoint }), 65_536);
    assert.equal(page.value('signalbox_mounts_stuck_processes'), 1);
  }
});

test('without a stat the exporter says that it cannot see, and why', async (t) => {
  const shell = requireProgram('sh', t);
  if (shell === undefined) return;
  const { collect } = await watchMounts(t, { expect: ['/'] });
  await haveOnly(t, { sh: shell });
  for (let round = 0; round < 3; round++)
    await assert.rejects(collect(), /^Error: stat answered for 0 of \d+ file systems: .*stat: (?:command )?not found$/);
  while (childrenNamed('sh').length > 0) await sleep(10);
});

test('without a shell it says so too', async (t) => {
  const { collect } = await watchMounts(t, { expect: ['/'] });
  await haveOnly(t, {});
  await assert.rejects(collect(), { message: 'the shell that asks file systems cannot be started: spawn sh ENOENT' });
});

/** For the rest of a test, PATH leads to these programs alone. */
async function haveOnly(t: TestContext, programs: Readonly<Record<string, string>>): Promise<void> {
  const path = process.env.PATH;
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-programs-'));
  t.after(() => {
    process.env.PATH = path;
    return rm(folder, { recursive: true });
  });
  for (const [name, target] of Object.entries(programs)) await symlink(target, join(folder, name));
  process.env.PATH = folder;
}
