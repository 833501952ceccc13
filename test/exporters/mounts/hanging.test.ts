import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchMounts } from './watch.ts';
import { makeWorld, type World } from './world.ts';

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
    assert.equal(page.reason(dead), 'no answer for 600 ms');
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
  assert.deepEqual(mine('stat').length, 1);
  assert.ok(mine('sh').length <= 2, 'one shell hangs, one goes on');
  assert.deepEqual(troubles, [`${dead} (fuse.signalbox): no answer for 600 ms`]);

  await world.setMood(dead, 'answer');
  while (hurried() === 0) await sleep(10);
  const after = await collect();
  assert.equal(after.value(HEALTHY, { mountpoint: dead }), 1);
  assert.equal(after.value(STUCK), 0);
  assert.deepEqual(troubles.slice(1), [`${dead} is well again; it was: no answer for 600 ms`]);
});

test('a mount may be slow: whoever waits long enough hears its answer, and a collection that ends sooner says nothing of it', async (t) => {
  const world = await makeWorld(t);
  if (world === undefined) return;
  const slow = await world.fuse('slow');
  const { collect, troubles } = await watchMounts(t, { root: world.root, timeoutMs: 20_000 });
  await world.setMood(slow, 'hang');
  const pending = await collect(1_000);
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
    `${dead} (fuse.signalbox): no answer for 600 ms`,
    `${deaf} (fuse.signalbox): no answer for 600 ms`,
    `${dead} (fuse.signalbox): not mounted`,
    `${deaf} is mounted no longer; it was: no answer for 600 ms`,
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
  assert.deepEqual(mine('sh'), []);
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
    import { openMounts } from './exporters/mounts/mounts.ts';
    const settings = { expect: [], writable: [], skip: [], skipTypes: [], timeoutMs: 300, root: '${world.root}' };
    const context = { clock: createClock(), folder: '/', changed: async () => {}, soon() {}, onTrouble: console.log };
    const exporter = await openMounts(settings, context);
    await exporter.collect(AbortSignal.timeout(5_000));
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
  assert.equal(said, `${dead} (fuse.signalbox): no answer for 300 ms\n`);
  assert.equal(await world.waiting(dead), 1);
});

/** Whether a process asks a mount from outside the world. */
function isAsked(point: string): boolean {
  return processes('stat').some((pid) => textOf(pid, 'cmdline').includes(`/root${point}`));
}

/** The processes of this name that descend from this one. */
function mine(name: string): string[] {
  const parents = new Map(processes().map((pid) => [pid, parentOf(pid)]));
  return processes(name).filter((pid) => {
    for (let at: string | undefined = pid; at !== undefined; at = parents.get(at))
      if (at === String(process.pid)) return true;
    return false;
  });
}

function processes(name?: string): string[] {
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && (name === undefined || textOf(pid, 'comm').trim() === name),
  );
}

function parentOf(pid: string): string | undefined {
  return /\) \S (\d+)/.exec(textOf(pid, 'stat'))?.[1];
}

function textOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
