import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenNamed, isAsked } from './processes.ts';
import { watchMounts } from './watch.ts';
import { makeWorld, type World } from './world.ts';

const HEALTHY = 'signalbox_mount_healthy';
const STUCK = 'signalbox_mounts_stuck_processes';

test('a dead mount that is taken away is forgotten; its process counts until it is gone, and is killed where the kernel lets us', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const shelf = `${world.folder}/shelf`;
  await world.run('mkdir', shelf);
  await world.run('mount', '-t', 'tmpfs', 'tmpfs', shelf);
  const [dead, deaf] = [await world.fuse('shelf/dead'), await world.fuse('shelf/deaf')];
  await world.setMood(dead, 'hang');
  await deafen(world, deaf);
  const { collect, troubles } = await watchMounts(t, { root: world.root, expect: [dead] });
  assert.equal((await collect()).value(STUCK), 2);
  // umount looks at what it is given, and would hang too.
  await world.run('umount', '--lazy', shelf);
  const page = await collect();
  assert.equal(page.reason(dead), 'not mounted');
  assert.equal(page.value(HEALTHY, { mountpoint: dead, fstype: 'fuse.signalbox' }), 0);
  while (isAsked(deaf)) await sleep(10);
  assert.ok(isAsked(dead));
  assert.equal((await collect()).value(STUCK), 1);
  await world.setMood(dead, 'answer');
  while (isAsked(dead)) await sleep(10);
  assert.equal((await collect()).value(STUCK), 0);
  assert.deepEqual(troubles, [
    `${dead} (fuse.signalbox): no answer for 3 s`,
    `${deaf} (fuse.signalbox): no answer for 3 s`,
    `${dead} (fuse.signalbox): not mounted`,
    `${deaf} is mounted no longer; it was: no answer for 3 s`,
  ]);
});

test('it stops at once while mounts hang, and leaves no process behind that the kernel lets go', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const [dead, deaf] = [await world.fuse('dead'), await world.fuse('deaf')];
  await world.setMood(dead, 'hang');
  await deafen(world, deaf);
  const { collect, stop } = await watchMounts(t, { root: world.root });
  await collect();
  assert.ok(isAsked(deaf) && isAsked(dead));
  await stop();
  assert.deepEqual(childrenNamed('sh'), []);
  assert.ok(!isAsked(deaf) && isAsked(dead));
  await world.setMood(dead, 'answer');
  while (isAsked(dead)) await sleep(10);
});

/** Lets a file system hang so that whoever asks next can be killed. */
async function deafen(world: World, point: string): Promise<void> {
  await world.setMood(point, 'deaf');
  await world.run('sh', '-c', `stat -f ${point} </dev/null >/dev/null 2>&1 &`);
  while ((await world.waiting(point)) === 0) await sleep(10);
}

test('the box can end while a mount hangs', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const dead = await world.fuse('dead');
  await world.setMood(dead, 'hang');
  const script = `
    import { createClock } from './collector/clock.ts';
    import { openExporter as openMounts } from './exporters/mounts/mounts.ts';
    const settings = { expect: [], writable: [], skip: [], skipTypes: [], timeoutMs: 2_000, root: '${world.root}' };
    const context = { clock: createClock(), folder: '/', changed: async () => {}, soon() {}, onTrouble: console.log };
    const exporter = await openMounts(settings, context);
    await exporter.collect(AbortSignal.timeout(30_000));
    await exporter.stop();
  `;
  const box = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    cwd: join(import.meta.dirname, '../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => box.kill('SIGKILL'));
  let said = '';
  box.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(box, 'exit');
  assert.equal(code, 0);
  assert.equal(said, `${dead} (fuse.signalbox): no answer for 2 s\n`);
  assert.equal(await world.waiting(dead), 1);
});
