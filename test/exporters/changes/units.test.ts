import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { unitsSource } from '../../../exporters/changes/units/units.ts';
import { MINUTE } from '../../../model/time.ts';
import { looking, machineFor } from './machine.ts';

const WEB = '[Service]\nExecStart=/usr/bin/web\n';

test('units, drop-ins and what is enabled: come, changed and gone, by their content and never in words', async (t) => {
  const machine = await machineFor(t, {
    'etc/systemd/system/web.service': WEB,
    'usr/lib/systemd/system/db.service': WEB,
    'usr/lib/systemd/system/old.service': WEB,
  });
  const { look } = looking(unitsSource(machine), { now: Date.now });
  assert.deepEqual(await look(), [], 'what is there at first is no change');
  assert.deepEqual(await look(), []);
  const began = Date.now() - 1_000;
  await machine.write('etc/systemd/system/web.service.d/override.conf', '[Service]\nEnvironment=PASSWORD=hunter2\n');
  await mkdir(machine.at('etc/systemd/system/multi-user.target.wants'));
  await symlink('/lib/systemd/system/db.service', machine.at('etc/systemd/system/multi-user.target.wants/db.service'));
  await symlink('/dev/null', machine.at('etc/systemd/system/masked.service'));
  await machine.write('usr/lib/systemd/system/db.service', `${WEB}Restart=always\n`);
  await unlink(machine.at('usr/lib/systemd/system/old.service'));
  await machine.write('etc/systemd/system/.web.service.swp', 'an editor at work');
  const changes = await look();
  const brief = changes.map(({ kind, what, from, to, detail }) => [kind, what, from, to, detail]);
  const before = changes.find(({ what }) => what === 'db.service');
  assert.deepEqual(brief.toSorted(), [
    ['unit', 'db.service', before?.from, before?.to, '/usr/lib/systemd/system/db.service'],
    ['unit', 'masked.service', undefined, 'link to /dev/null', '/etc/systemd/system/masked.service'],
    [
      'unit',
      'multi-user.target.wants/db.service',
      undefined,
      'link to /lib/systemd/system/db.service',
      '/etc/systemd/system/multi-user.target.wants/db.service',
    ],
    ['unit', 'old.service', before?.from, undefined, '/usr/lib/systemd/system/old.service'],
    [
      'unit',
      'web.service.d/override.conf',
      undefined,
      changes.find(({ what }) => what.endsWith('.conf'))?.to,
      '/etc/systemd/system/web.service.d/override.conf',
    ],
  ]);
  assert.notEqual(before?.from, before?.to);
  assert.match(before?.to ?? '', /^[0-9a-f]{12}$/);
  assert.doesNotMatch(JSON.stringify(changes), /hunter2/);
  for (const { at } of changes) assert.ok(at >= began && at <= Date.now(), new Date(at).toISOString());
});

test('a file that was only touched, or written anew with the same text, is the same', async (t) => {
  const machine = await machineFor(t, { 'etc/systemd/system/web.service': WEB });
  const path = machine.at('etc/systemd/system/web.service');
  const { look } = looking(unitsSource(machine), { now: Date.now });
  await look();
  await utimes(path, 1, 1);
  assert.deepEqual(await look(), []);
  await writeFile(`${path}.part`, await readFile(path));
  await rename(`${path}.part`, path);
  assert.deepEqual(await look(), []);
});

test('a unit that a package brings has the time it came, not that of its making', async (t) => {
  const machine = await machineFor(t, { 'usr/lib/systemd/system/a.service': WEB });
  const { look } = looking(unitsSource(machine), { now: Date.now });
  await look();
  await machine.write('usr/lib/systemd/system/b.service', WEB);
  await utimes(machine.at('usr/lib/systemd/system/b.service'), 1_000_000_000, 1_000_000_000);
  const [change] = await look();
  assert.ok(Math.abs((change?.at ?? 0) - Date.now()) < MINUTE);
});

test('a machine without systemd has nothing to see; folders that go are told file by file', async (t) => {
  const bare = await machineFor(t);
  assert.deepEqual(await looking(unitsSource(bare), { now: Date.now }).look(), []);
  const machine = await machineFor(t, { 'etc/systemd/system/web.service.d/a.conf': 'a' });
  const source = unitsSource(machine);
  const { look } = looking(source, { now: Date.now });
  await look();
  assert.deepEqual(source.watched?.(), [
    machine.at('etc/systemd/system'),
    machine.at('etc/systemd/system/web.service.d'),
  ]);
  await rm(machine.at('etc/systemd/system/web.service.d'), { recursive: true });
  assert.deepEqual(
    (await look()).map(({ what, to }) => [what, to]),
    [['web.service.d/a.conf', undefined]],
  );
});

test('a folder that cannot be listed, or more units than are read, is no end of any unit', async (t) => {
  const machine = await machineFor(t, { 'etc/systemd/system/web.service': WEB });
  const { look } = looking(unitsSource(machine), { now: Date.now });
  await look();
  // What has no end cannot be listed, whoever asks.
  await rename(machine.at('etc/systemd'), machine.at('etc/aside'));
  await symlink('systemd', machine.at('etc/systemd'));
  await assert.rejects(look(), { code: 'ELOOP' });
  await unlink(machine.at('etc/systemd'));
  await rename(machine.at('etc/aside'), machine.at('etc/systemd'));
  assert.deepEqual(await look(), []);
  const many = machine.at('usr/lib/systemd/system');
  await mkdir(many, { recursive: true });
  for (let index = 0; index < 5_000; index++) await symlink('/dev/null', `${many}/${index}.service`);
  await assert.rejects(look(), /^Error: there are 5001 unit files, and at most 5000 are read$/);
});
