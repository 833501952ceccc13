import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openChangesOf } from '../../../exporters/changes/changes.ts';
import { writePage } from '../../../exposition/page.ts';
import type { Change } from '../../../model/change.ts';
import type { Sample } from '../../../model/sample.ts';
import { DAY, MINUTE, SECOND } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { until } from '../../integration/until.ts';
import { requireProgram } from '../../require-program.ts';
import { exporterFor, machineFor } from './machine.ts';

const DPKG = 'var/log/dpkg.log';
/** What the boots are told by. */
const PROC = {
  'proc/sys/kernel/random/boot_id': 'one\n',
  'proc/sys/kernel/osrelease': '6.1.0\n',
  'proc/stat': 'btime 1700000000\n',
};
const line = (at: number, name: string) =>
  `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} upgrade ${name}:all 1 2\n`;

const packages = (changes: readonly Change[]) =>
  changes.filter(({ kind }) => kind === 'package').map(({ what }) => what);

function metricOf(samples: readonly Sample[], name: string, label: string): number | undefined {
  return samples.find((one) => one.name === name && Object.values(one.labels).includes(label))?.value;
}

test('what happened before the first start is told and not counted; what happens then is both, also over a restart', async (t) => {
  const now = Date.now();
  const machine = await machineFor(t, { ...PROC, [DPKG]: line(now - DAY, 'old') });
  const box = await exporterFor(t, machine.root);
  const total = (samples: readonly Sample[]) => metricOf(samples, 'signalbox_changes_total', 'package');
  assert.equal(total(await box.collect()), 0);
  assert.deepEqual(packages(box.told), ['old']);
  await appendFile(machine.at(DPKG), line(now - MINUTE, 'new'));
  const samples = await box.collect();
  assert.equal(total(samples), 1);
  assert.equal(
    metricOf(samples, 'signalbox_last_change_timestamp_seconds', 'package'),
    Math.floor((now - MINUTE) / SECOND),
  );
  assert.equal(metricOf(samples, 'signalbox_changes_total', 'kernel'), 0);
  assert.equal(metricOf(samples, 'signalbox_changes_source_up', 'packages'), 1);
  assert.equal(metricOf(samples, 'signalbox_changes_source_up', 'snaps'), undefined, 'there is no snapd');
  await box.restart();
  await appendFile(machine.at(DPKG), line(now, 'newer'));
  assert.equal(total(await box.collect()), 2);
  assert.deepEqual(packages(box.told), ['old', 'new', 'newer']);
  assert.deepEqual(box.troubles, []);
});

test('what could not be kept is told again until it is', async (t) => {
  const machine = await machineFor(t, { ...PROC, [DPKG]: '' });
  const box = await exporterFor(t, machine.root);
  await box.collect();
  await appendFile(machine.at(DPKG), line(Date.now(), 'new'));
  box.keep.fails = true;
  for (let round = 0; round < 3; round++) {
    const samples = await box.collect();
    assert.equal(metricOf(samples, 'signalbox_changes_source_up', 'packages'), 0);
  }
  assert.deepEqual(box.troubles, ['packages: the disk is full']);
  box.keep.fails = false;
  const samples = await box.collect();
  assert.equal(metricOf(samples, 'signalbox_changes_source_up', 'packages'), 1);
  assert.deepEqual([packages(box.told).length, metricOf(samples, 'signalbox_changes_total', 'package')], [1, 1]);
});

test('a source that fails is down, said once, and hurts no other', async (t) => {
  const machine = await machineFor(t, { ...PROC, [DPKG]: line(Date.now(), 'a') });
  const box = await exporterFor(t, machine.root, { socket: machine.at('none.sock') });
  const samples = await box.collect();
  await box.clock.advance(10 * MINUTE);
  await box.collect();
  assert.equal(metricOf(samples, 'signalbox_changes_source_up', 'docker'), 0);
  assert.equal(metricOf(samples, 'signalbox_changes_source_up', 'packages'), 1);
  assert.equal(packages(box.told).length, 1);
  assert.deepEqual(
    box.troubles.filter((one) => one.startsWith('docker')),
    [`docker: nobody answers at ${machine.at('none.sock')}: there is no such socket`],
  );
});

test('a memory that is damaged or of another form is as none: all is told again, which the ledger knows', async (t) => {
  const machine = await machineFor(t, { ...PROC, [DPKG]: line(Date.now(), 'a') });
  const box = await exporterFor(t, machine.root);
  await box.collect();
  for (const text of ['{"form":1,"kno', '{"form":0,"known":{}}', '']) {
    await writeFile(machine.at('state/packages.json'), text);
    await box.restart();
    await box.collect();
    assert.match(await readFile(machine.at('state/packages.json'), 'utf8'), /^\{"form":2,/);
  }
  assert.deepEqual(packages(box.told), ['a', 'a', 'a', 'a']);
});

test('a log that is deleted while its rotated one stays is not told again and again', async (t) => {
  const machine = await machineFor(t, { ...PROC, [DPKG]: '', 'var/log/apt/history.log': '' });
  const box = await exporterFor(t, machine.root);
  await box.collect();
  await machine.write(`${DPKG}.1`, line(Date.now(), 'a'));
  await rm(machine.at(DPKG));
  for (let round = 0; round < 3; round++) {
    const samples = await box.collect();
    assert.equal(metricOf(samples, 'signalbox_changes_total', 'package'), 1);
  }
  await machine.write(DPKG, line(Date.now(), 'b'));
  await box.collect();
  assert.deepEqual(packages(box.told), ['a', 'b']);
});

test('what was kept when the box was killed, before it could note that, is told with the same time again', async (t) => {
  const backend = (name: string) => `#!/bin/sh\necho "iptables v1.8.9 (${name})"\n`;
  const machine = await machineFor(t, { ...PROC, 'bin/iptables': backend('legacy') });
  await chmod(machine.at('bin/iptables'), 0o755);
  await mkdir(machine.at('state'));
  const clock = new FakeClock(Date.now());
  const told: Change[] = [];
  let isKilled = false;
  const start = () =>
    openChangesOf(
      { root: machine.root, path: machine.at('bin') },
      { backlog: DAY },
      {
        clock,
        folder: machine.at('state'),
        changed: async (changes) => {
          told.push(...changes.filter(({ kind }) => kind === 'firewall'));
          // The ledger has them, and nothing comes after: as at a SIGKILL.
          if (isKilled) await new Promise(() => {});
        },
        soon: () => {},
        onTrouble: (message) => assert.fail(message),
      },
    );
  const first = await start();
  await first.collect(AbortSignal.timeout(10_000));
  await machine.write('bin/iptables', backend('nf_tables'));
  await clock.advance(10 * MINUTE);
  isKilled = true;
  await first.collect(AbortSignal.timeout(500));
  await until(() => told.length === 1);
  isKilled = false;
  await clock.advance(MINUTE);
  const second = await start();
  for (let round = 0; round < 3; round++) {
    const samples = await second.collect(AbortSignal.timeout(10_000));
    assert.equal(metricOf(samples, 'signalbox_changes_total', 'firewall'), 1);
    await clock.advance(6 * MINUTE);
  }
  assert.equal(told.length, 2);
  assert.deepEqual(told[1], told[0], 'the ledger has it already');
  await second.stop();
});

test('dpkg at work has it look soon, and no more often than every two seconds', async (t) => {
  const machine = await machineFor(t, { ...PROC, [DPKG]: '' });
  const box = await exporterFor(t, machine.root, {}, new FakeClock(Date.now()));
  await box.collect();
  assert.equal(box.called(), 0);
  let written = 0;
  await until(
    async () => {
      await appendFile(machine.at(DPKG), line(Date.now(), `a${written++}`));
      await box.clock.advance(100);
      return box.called() > 0;
    },
    60_000,
    'it is called',
  );
  await box.collect();
  assert.ok(packages(box.told).length > 0);
  const before = box.called();
  for (let times = 0; times < 40; times++) {
    await appendFile(machine.at(DPKG), line(Date.now(), `b${times}`));
    await box.clock.advance(100);
  }
  assert.ok(box.called() - before <= 3, `${box.called() - before} calls in 4 s`);
});

test('a collection that is cut short goes on beside, and loses nothing', async (t) => {
  const lines = Array.from({ length: 5_000 }, (_, index) => line(Date.now() - index, `p${index}`)).join('');
  const machine = await machineFor(t, { ...PROC, [DPKG]: lines });
  const told = new Set<string>();
  await mkdir(machine.at('state'));
  const exporter = await openChangesOf(
    { root: machine.root, path: '' },
    { backlog: DAY },
    {
      clock: new FakeClock(Date.now()),
      folder: machine.at('state'),
      changed: async (changes) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        for (const what of packages(changes)) told.add(what);
      },
      soon: () => {},
      onTrouble: () => {},
    },
  );
  t.after(() => exporter.stop());
  await exporter.collect(AbortSignal.timeout(50));
  assert.ok(told.size < 5_000, `${told.size}`);
  await until(() => told.size === 5_000, 60_000, 'all are told');
});

test('without a record of logins, a crash is told from a shutdown by how the box itself ended', async (t) => {
  const machine = await machineFor(t, PROC);
  const box = await exporterFor(t, machine.root);
  const boots = () => box.told.filter(({ kind }) => kind === 'boot').map(({ detail }) => detail);
  await box.collect();
  await box.restart();
  await box.collect();
  assert.deepEqual(boots(), ['the machine started']);
  await box.restart();
  await machine.write('proc/sys/kernel/random/boot_id', 'two\n');
  await box.collect();
  assert.equal(boots().at(-1), 'the machine started, after the box was stopped in order');
  const known = await readFile(machine.at('state/boot.json'));
  await box.restart();
  // As after a power cut: the box had no time to write.
  await writeFile(machine.at('state/boot.json'), known);
  await machine.write('proc/sys/kernel/random/boot_id', 'three\n');
  await box.collect();
  assert.match(boots().at(-1) ?? '', /^the machine started, and nothing was stopped in order before: it crashed/);
});

test('promtool finds nothing wrong with its metrics', async (t) => {
  const promtool = requireProgram('promtool', t);
  if (promtool === undefined) return;
  const machine = await machineFor(t, { ...PROC, [DPKG]: line(Date.now(), 'a') });
  const box = await exporterFor(t, machine.root);
  const samples = await box.collect();
  const page = await writePage([{ samples }]);
  assert.match(page, /^# TYPE signalbox_changes_total counter$/m);
  const { stdout, stderr, status } = spawnSync(promtool, ['check', 'metrics'], { input: page, encoding: 'utf8' });
  assert.deepEqual([stdout, stderr, status], ['', '', 0]);
});
