import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE, SECOND } from '../../../model/time.ts';
import { makeTree } from './tree.ts';
import { openWorld, settingsFor, valuesOf } from './world.ts';

const stat = (...cpus: string[]) => `cpu  0 0 0 0\n${cpus.join('\n')}\nctxt 1\n`;

test("a CPU's counters never go back a little, begin anew after a jump, and end with it", async (t) => {
  const tree = await makeTree(t);
  const { collect } = await openWorld(t, settingsFor(tree.path));
  const idle = async () => valuesOf(await collect(), 'node_cpu_seconds_total')['cpu=0 mode=idle'];
  await tree.write('proc/stat', stat('cpu0 1 2 3 100000 5 6 7 8 9 10', 'cpu1 0 0 0 1'));
  assert.equal(await idle(), 1000);
  await tree.write('proc/stat', stat('cpu0 1 2 3 99900 5 6 7 8 9 10', 'cpu1 0 0 0 1'));
  assert.equal(await idle(), 1000, 'a second back is the kernel correcting itself');
  await tree.write('proc/stat', stat('cpu0 0 0 0 50 0 0 0 0 0 0'));
  assert.equal(await idle(), 0.5, 'far back is another beginning');
  const seconds = valuesOf(await collect(), 'node_cpu_seconds_total');
  assert.deepEqual(
    Object.keys(seconds).filter((labels) => labels.startsWith('cpu=1')),
    [],
    'a CPU that went offline has no series',
  );
});

test('a device whose speed nobody knows is asked again once it stands otherwise', async (t) => {
  const tree = await makeTree(t);
  const set = (name: string, text: string) => tree.write(`sys/class/net/eth0/${name}`, `${text}\n`);
  await set('ifindex', '2');
  await set('flags', '0x1003');
  await set('operstate', 'down');
  const { collect } = await openWorld(t, settingsFor(tree.path));
  const speed = async () => valuesOf(await collect(), 'node_network_speed_bytes')['device=eth0'];
  assert.equal(await speed(), undefined);
  await set('operstate', 'up');
  await set('speed', '1000');
  assert.equal(await speed(), 125_000_000);
  await set('flags', '0x1002');
  assert.equal(await speed(), undefined, 'the kernel has no speed of a device that is not up');
});

test('a chip that is plugged in shows within a minute, its measurement at once, and it goes when it is pulled', async (t) => {
  const tree = await makeTree(t);
  const { collect, clock } = await openWorld(t, settingsFor(tree.path));
  const celsius = async () => Object.values(valuesOf(await collect(), 'node_hwmon_temp_celsius'));
  assert.deepEqual(await celsius(), []);
  await tree.write('sys/class/hwmon/hwmon0/name', 'k10temp\n');
  await tree.write('sys/class/hwmon/hwmon0/temp1_input', '40000\n');
  await clock.advance(MINUTE);
  assert.deepEqual(await celsius(), [40]);
  await tree.write('sys/class/hwmon/hwmon0/temp1_input', '41500\n');
  await clock.advance(SECOND);
  assert.deepEqual(await celsius(), [41.5]);
  await tree.remove('sys/class/hwmon/hwmon0');
  assert.deepEqual(await celsius(), [41.5], 'the fixture’s file is still open, as no driver’s would be');
  await clock.advance(MINUTE);
  assert.deepEqual(await celsius(), []);
});

test('what the settings leave out is left out', async (t) => {
  const tree = await makeTree(t, 'server');
  const settings = settingsFor(tree.path, {
    without: ['cpu', 'mdadm'],
    ignore: { disks: '^(?:sd|md|dm-)', networks: '^docker', power_supplies: '^BAT' },
  });
  const { collect } = await openWorld(t, settings);
  const samples = await collect();
  const devices = (name: string) => Object.keys(valuesOf(samples, name)).map((labels) => labels.replace('device=', ''));
  assert.deepEqual(devices('node_cpu_seconds_total'), []);
  assert.deepEqual(devices('node_md_disks'), []);
  assert.equal(valuesOf(samples, 'node_scrape_collector_success')['collector=cpu'], undefined);
  assert.deepEqual(devices('node_disk_io_now'), ['loop0', 'nvme0n1', 'nvme0n1p1', 'zram0']);
  assert.ok(!devices('node_network_up').includes('docker0'));
  assert.ok(!devices('node_network_receive_bytes_total').includes('docker0'));
  assert.deepEqual(Object.keys(valuesOf(samples, 'node_arp_entries')), ['device=eth0']);
  assert.deepEqual(Object.keys(valuesOf(samples, 'node_power_supply_present')), []);
});
