import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFiles } from '../../../exporters/host/files.ts';
import { SECOND } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { until } from '../../integration/until.ts';
import { makeTree, type Tree } from './tree.ts';
import { openWith, openWorld, settingsFor, valuesOf } from './world.ts';

/** Puts a pipe in a file's place, which answers nobody until it is let go: so does a driver whose device hangs. */
async function hang(tree: Tree, name: string): Promise<() => void> {
  const path = join(tree.path, name);
  await rm(path, { force: true });
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  let held = true;
  const letGo = () => {
    if (!held) return;
    held = false;
    // Opened for writing and closed again, it gives whoever waits an empty file.
    try {
      closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    } catch (error) {
      // Nobody waits.
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
    }
  };
  tree.atEnd(letGo);
  return letGo;
}

const SILENT = 'what it asks does not answer';

const success = (samples: Parameters<typeof valuesOf>[0], part: string) =>
  valuesOf(samples, 'node_scrape_collector_success')[`collector=${part}`];

test('a driver that hangs costs its own part one deadline, and nothing else; when it answers, the part sees again', async (t) => {
  const tree = await makeTree(t, 'server');
  const temperature = 'sys/devices/virtual/thermal/thermal_zone0/temp';
  const { collect, troubles } = await openWorld(t, settingsFor(tree.path));
  const letGo = await hang(tree, temperature);
  const began = performance.now();
  let first = await collect(AbortSignal.timeout(3_000));
  // On a busy machine its turn may not come in the first round.
  while (troubles.length === 0 && performance.now() - began < 60_000) first = await collect(AbortSignal.timeout(3_000));
  assert.equal(success(first, 'thermal_zone'), 0);
  assert.equal(success(first, 'cpu'), 1);
  // The next time the others of the lane do not wait for it any more.
  const second = await collect(AbortSignal.timeout(20_000));
  assert.equal(success(second, 'thermal_zone'), 0);
  assert.equal(success(second, 'hwmon'), 1);
  assert.deepEqual(troubles, [`thermal_zone: ${SILENT}`]);
  letGo();
  await tree.remove(temperature);
  await tree.write(temperature, '30000\n');
  const temperatureNow = async () => valuesOf(await collect(), 'node_thermal_zone_temp')['zone=0 type=acpitz'];
  await until(async () => (await temperatureNow()) === 30, 60_000, 'it sees again');
});

test('with two drivers silent no third is asked, so that files can still be read', async (t) => {
  const tree = await makeTree(t, 'server');
  const { collect, troubles } = await openWorld(t, settingsFor(tree.path));
  await hang(tree, 'sys/devices/system/edac/mc/mc0/ce_count');
  await hang(tree, 'sys/devices/virtual/thermal/thermal_zone0/temp');
  await hang(tree, 'sys/class/power_supply/BAT0/capacity');
  const began = performance.now();
  while (troubles.length < 2 && performance.now() - began < 60_000) await collect(AbortSignal.timeout(3_000));
  for (let round = 0; round < 3; round++) {
    const samples = await collect();
    assert.equal(success(samples, 'meminfo'), 1, `round ${round}`);
  }
  assert.deepEqual(troubles, [`edac: ${SILENT}`, `thermal_zone: ${SILENT}`]);
  const samples = await collect();
  assert.deepEqual(
    ['edac', 'thermal_zone', 'powersupplyclass', 'rapl'].map((part) => success(samples, part)),
    [0, 0, 0, 0],
  );
});

test('what the machine does not have is no trouble; what should be there and is not is said once', async (t) => {
  const tree = await makeTree(t, 'bare');
  const { collect, troubles } = await openWorld(t, settingsFor(tree.path));
  for (let round = 0; round < 3; round++) await collect();
  assert.deepEqual(troubles, [
    `arp: ${tree.path}/proc/net/arp: ENOENT`,
    `uname: ${tree.path}/proc/sys/kernel/osrelease cannot be read`,
  ]);
});

test('without a /proc it cannot be opened, and says what it looked for', async (t) => {
  const tree = await makeTree(t);
  await tree.remove('proc/stat');
  await assert.rejects(openWith(settingsFor(tree.path), new FakeClock(), []), {
    message: `${tree.path}/proc/stat: ENOENT`,
  });
});

test('files that come and go are closed in time, and none stays open at the end', async (t) => {
  const tree = await makeTree(t);
  const files = createFiles(tree.path, 10);
  const read = async (name: string) => assert.equal(await files.value(name), 'x');
  await tree.write('stays', 'x\n');
  for (let round = 0; round < 200; round++) {
    await tree.write(`goes${round}`, 'x\n');
    for (let time = 0; time < 20; time++) await read('stays');
    await read(`goes${round}`);
    await tree.remove(`goes${round}`);
  }
  // Files are closed by the threads that read them, so the last of them a moment later.
  const held = () => linksOfOpenFiles().filter((link) => link.startsWith(tree.path));
  await until(() => held().length <= 10, 30_000, 'at most ten are open');
  assert.ok(
    held().some((link) => link.includes('goes19')),
    'those of late have taken the place of the first',
  );
  files.close();
  await until(() => held().length === 0, 30_000, 'none is open');
});

function linksOfOpenFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
}

test('over 150 rounds of a whole machine no more files are open than after the first', async (t) => {
  const tree = await makeTree(t, 'server');
  const held = () => linksOfOpenFiles().filter((link) => link.startsWith(tree.path)).length;
  const { collect, exporter, clock } = await openWorld(t, settingsFor(tree.path));
  await collect();
  const first = held();
  for (let round = 0; round < 150; round++) {
    await collect();
    await clock.advance(15 * SECOND);
  }
  await until(() => held() <= first, 30_000, `${first} files are open again`);
  await exporter.stop();
  await until(() => held() === 0, 30_000, 'none is open');
});
