import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { packagesSource } from '../../../exporters/changes/packages/packages.ts';
import { commandInWords } from '../../../exporters/changes/packages/run.ts';
import { groupChanges } from '../../../model/change-groups.ts';
import { groupInWords } from '../../../model/change-words.ts';
import { HOUR } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { requireProgram } from '../../require-program.ts';
import { looking, machineFor } from './machine.ts';

const run = promisify(execFile);
const NOW = Date.UTC(2026, 10, 21, 6);

function sourceOn(machine: { root: string; path: string }) {
  return looking(packagesSource(machine), new FakeClock(NOW));
}

test('hostile lines steer no terminal, and hold nothing up', async (t) => {
  const machine = await machineFor(t, {
    'var/log/dpkg.log': [
      '2026-11-21 05:20:41 upgrade evil\u001b[2J:all 1\u0007 2\u202e3',
      `2026-11-21 05:20:42 upgrade ${'x'.repeat(1e6)} 1 2`,
      '2026-13-45 99:99:99 upgrade a:all 1 2',
      '2026-11-21 05:20:43 upgrade',
      '2026-11-21 05:20:44 upgrade fine:all 1 2',
      '',
    ].join('\n'),
    'var/log/apt/history.log': `Start-Date: 2026-11-21  05:20:40\nCommandline: apt \u001b]0;owned\u0007${'a'.repeat(1e6)}\nUpgrade: ${'('.repeat(1e5)}\nEnd-Date: 2026-11-21  05:21:00\n`,
  });
  const began = performance.now();
  const changes = await sourceOn(machine).look();
  assert.ok(performance.now() - began < 5_000);
  const told = JSON.stringify(changes);
  assert.doesNotMatch(told, /\\u001b|\\u0007|\u202e|owned\\u/);
  assert.ok(told.length < 10_000, `${told.length} characters`);
  assert.ok(changes.some(({ what }) => what === 'fine'));
});

/** A package without anything in it, made by dpkg itself. */
async function makePackage(t: TestContext, folder: string, name: string, version: string): Promise<string> {
  const tree = join(folder, `${name}_${version}`);
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  await writeFile(
    join(tree, 'DEBIAN/control'),
    `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.net>\nDescription: nothing\n`,
  );
  t.after(() => rm(tree, { recursive: true, force: true }));
  await run('dpkg-deb', ['--build', '--root-owner-group', tree, `${tree}.deb`]);
  return `${tree}.deb`;
}

test('a real dpkg: installed, upgraded and removed, within the second', async (t) => {
  const dpkg = requireProgram('dpkg', t);
  if (dpkg === undefined || requireProgram('dpkg-deb', t) === undefined) return;
  const machine = await machineFor(t, { 'var/log/dpkg.log': '', 'var/lib/dpkg/status': '' });
  for (const folder of ['updates', 'info', 'triggers']) await mkdir(machine.at(`var/lib/dpkg/${folder}`));
  const doIt = (...args: string[]) =>
    run(
      dpkg,
      [
        `--root=${machine.root}`,
        `--log=${machine.at('var/log/dpkg.log')}`,
        '--force-not-root',
        '--force-bad-path',
        ...args,
      ],
      { env: { ...process.env, TZ: 'UTC' } },
    );
  const { look } = looking(packagesSource(machine), { now: Date.now });
  await look();
  const began = Date.now();
  await doIt('-i', await makePackage(t, machine.root, 'tiny', '1.0'));
  await doIt('-i', await makePackage(t, machine.root, 'tiny', '1.1'));
  await doIt('-i', await makePackage(t, machine.root, 'tiny', '1.1'));
  await doIt('--purge', 'tiny');
  const changes = await look();
  assert.deepEqual(
    changes.map(({ kind, what, from = '-', to = '-' }) => `${kind} ${what} ${from} ${to}`),
    ['package tiny - 1.0', 'package tiny 1.0 1.1', 'package tiny 1.1 1.1', 'package tiny 1.1 -'],
  );
  for (const { at } of changes) assert.ok(at > began - 2_000 && at < Date.now() + 1_000, new Date(at).toISOString());
});

test('200 packages of one run are told in one line, the one that matters first', async (t) => {
  const lines = Array.from(
    { length: 199 },
    (_, index) =>
      `2026-11-21 05:${String(20 + Math.floor(index / 60)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')} upgrade lib${index}:amd64 1 2`,
  );
  const machine = await machineFor(t, {
    'var/log/dpkg.log': `${lines.join('\n')}\n2026-11-21 05:23:30 upgrade docker-ce:amd64 27.1 28.0\n`,
    'var/log/apt/history.log':
      '\nStart-Date: 2026-11-21  05:19:40\nCommandline: apt -y upgrade\nEnd-Date: 2026-11-21  05:24:44\n',
  });
  const changes = await sourceOn(machine).look();
  const groups = groupChanges(changes.toReversed());
  assert.equal(groups.length, 1);
  const [group] = groups;
  assert.ok(group);
  assert.ok(group.to - group.from < HOUR);
  const { what, became } = groupInWords(group);
  assert.equal(what, 'apt upgrade');
  assert.match(became, /^200 packages: among them docker-ce 27\.1 → 28\.0, lib\d+ 1 → 2, lib\d+ 1 → 2, …$/);
});

test('a command is told as it is known, without what may be secret in it', () => {
  for (const [command, wanted] of [
    ['/usr/bin/apt-get -y install nginx', 'apt-get -y install nginx'],
    ['apt-get -o Acquire::http::Proxy=http://ada:hunter2@proxy:3128 upgrade', 'apt-get upgrade'],
    ['apt install https://ada:hunter2@example.net/x.deb', 'apt install https://[hidden]@example.net/x.deb'],
    ['tool --password=hunter2 --api-token hunter2 run', 'tool --password=[hidden] --api-token [hidden] run'],
    ["packagekit role='update-packages'", "packagekit role='update-packages'"],
    ['apt install ./packages/local.deb', 'apt install ./packages/local.deb'],
    ['apt install gnome-keyring monkey:i386 keyutils', 'apt install gnome-keyring monkey:i386 keyutils'],
  ])
    assert.equal(commandInWords(command ?? ''), wanted);
});

test('a run of apt that was cut off did not do all that it was to do, and what somebody did after it is not its work', async (t) => {
  const machine = await machineFor(t, {
    'var/log/dpkg.log': [
      '2026-11-20 05:00:05 upgrade curl:amd64 1 2',
      '2026-11-20 05:30:00 upgrade own:amd64 1 2',
      '2026-11-20 08:00:01 upgrade nginx:amd64 1 2',
      '',
    ].join('\n'),
    'var/log/apt/history.log': [
      '',
      'Start-Date: 2026-11-20  05:00:00',
      'Commandline: apt upgrade',
      'Upgrade: curl:amd64 (1, 2), wget:amd64 (1, 2)',
      '',
      'Start-Date: 2026-11-20  08:00:00',
      'Commandline: apt install nginx',
      'Upgrade: nginx:amd64 (1, 2)',
      '',
    ].join('\n'),
  });
  const { look } = sourceOn(machine);
  assert.deepEqual(
    (await look()).map(({ what, detail }) => [what, detail]),
    [
      ['curl', 'apt upgrade\nit failed: it was cut off'],
      ['own', undefined],
      ['nginx', 'apt install nginx'],
    ],
  );
  const line = '2026-11-20 08:10:00 upgrade own:amd64 2 3\n';
  await machine.write('var/log/dpkg.log', `${await readFile(machine.at('var/log/dpkg.log'), 'utf8')}${line}`);
  assert.deepEqual(
    (await look()).map(({ what, detail }) => [what, detail]),
    [['own', undefined]],
    'while a run goes on too',
  );
});
