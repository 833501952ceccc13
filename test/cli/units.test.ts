import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { failedUnitsInWords } from '../../cli/units-words.ts';
import { HOUR } from '../../model/time.ts';
import { service } from '../exporters/systemd/watched.ts';
import { SystemdMachine } from '../integration/systemd-machine.ts';
import { until } from '../integration/until.ts';
import { run } from './command.ts';

test('failed units are listed with why, since when and the last lines of their journal', async (t) => {
  await using machine = await SystemdMachine.boot(
    {
      'good.service': service('ExecStart=/bin/sleep 1000'),
      'disk.service': service('Type=oneshot\nExecStart=/bin/sh -c "echo no space left; exit 7"'),
      'kill.service': service('ExecStart=/bin/sh -c "kill -KILL $$$$; sleep 9"'),
      'loop.service': service('Restart=always\nExecStart=/bin/sh -c "echo no port; exit 9"', 'StartLimitIntervalSec=0'),
      'well.service': service('Restart=always\nRestartSec=1h\nExecStart=/bin/true'),
      'once.service': service(
        'Restart=always\nExecStart=/bin/sh -c "test -e /run/once && exec sleep 1000; echo first; >/run/once; exit 3"',
      ),
    },
    t,
  );
  if (machine === undefined) return;
  machine.systemctl('start', 'good', 'well');
  await until(() => machine.property('well', 'SubState') === 'auto-restart');
  // The journal is that machine's: journalctl on the path is one that looks there.
  const door = await machine.door('journalctl');
  await symlink(door, join(dirname(door), 'journalctl'));
  const env = { PATH: `${dirname(door)}:${process.env.PATH}` };
  const units = (...args: readonly string[]) => run(['units', '--bus', machine.bus, ...args], { env });
  assert.deepEqual(await units(), { code: 0, out: 'systemd is running: no unit is failed.\n', err: '' });
  machine.systemctl('start', '--no-block', 'disk', 'kill');
  await until(() => ['disk', 'kill'].every((name) => machine.property(name, 'ActiveState') === 'failed'));
  // The journal has it a moment later.
  const journal = (what: RegExp) => machine.run('journalctl', '-q', '--no-pager').match(what)?.length ?? 0;
  await until(() => journal(/no space left$/gm) > 0 && journal(/(?:disk|kill)\.service: Failed with result/g) === 2);
  const { code, out } = await units();
  assert.equal(code, 1);
  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
  assert.match(out, /^systemd is degraded: 2 units are failed\.\n\n(?:disk|kill)\.service failed /);
  assert.match(out, new RegExp(`disk\\.service failed .* ago, ${time}\\n  exit code 7\\n    \\d`));
  assert.match(out, new RegExp(`\n {4}${time} no space left\n`));
  assert.match(out, /kill\.service failed .*\n {2}killed by SIGKILL\n/);
  const found = JSON.parse((await units('--json')).out);
  assert.deepEqual(
    { ...found, units: found.units.map(({ name }: { name: string }) => name).toSorted() },
    {
      scope: 'system',
      state: 'degraded',
      asked: 'bus',
      count: 2,
      units: ['disk.service', 'kill.service'],
      restarted: [],
    },
  );
  const [disk, kill] = found.units.toSorted((a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1));
  assert.equal(disk.invocation, machine.property('disk', 'InvocationID'));
  assert.ok(Math.abs(Date.parse(disk.since) - Date.now()) < HOUR, disk.since);
  assert.deepEqual([disk.result, disk.words, disk.exitCode, disk.signal], ['exit-code', 'exit code 7', 7, undefined]);
  assert.deepEqual([kill.result, kill.exitCode, kill.signal], ['signal', undefined, 'SIGKILL']);
  assert.ok(disk.journal.some((line: string) => line.endsWith('no space left')));
  // What failed and runs again is no longer failed; the journal knows it still.
  machine.systemctl('reset-failed');
  machine.systemctl('start', '--no-block', 'disk');
  await until(() => machine.property('disk', 'ActiveState') === 'failed');
  await until(() => journal(/(?:disk|kill)\.service: Failed with result/g) === 3);
  machine.systemctl('reset-failed');
  const since = await units('--since', '1h');
  assert.equal(since.code, 0);
  assert.match(since.out, /^systemd is running: no unit is failed\.\n\nThe journal has 3 failures since then; /);
  const rows = `${time}  disk\\.service  2 times  exit-code\n${time}  kill\\.service  once     signal`;
  assert.match(since.out, new RegExp(`\n${rows}\n$`));
  const { failures } = JSON.parse((await units('--since', '1h', '--json')).out);
  assert.deepEqual(
    failures.map(({ name, result }: { name: string; result: string }) => `${name} ${result}`).toSorted(),
    ['disk.service exit-code', 'disk.service exit-code', 'kill.service signal'],
  );
  assert.ok(Math.abs(Date.parse(failures[0].at) - Date.now()) < HOUR, failures[0].at);
  // What crashes and is started again is hardly ever in the state failed.
  machine.systemctl('start', 'once');
  await until(
    () => machine.property('once', 'NRestarts') === '1' && machine.property('once', 'SubState') === 'running',
  );
  const once = await units();
  assert.equal(once.code, 1);
  const lately = 'one crashed and was started again within the last ten minutes';
  assert.match(
    once.out,
    new RegExp(`^systemd is running: no unit is failed, but ${lately}\\.\n\nonce\\.service crashed `),
  );
  assert.match(once.out, /\n {2}one of its commands failed; it is running again\n/);
  assert.match(once.out, new RegExp(`\n {4}${time} first\n`));
  machine.systemctl('start', 'loop');
  await until(() => Number(machine.property('loop', 'NRestarts')) > 2);
  await until(async () => {
    const { restarted } = JSON.parse((await units('--json')).out);
    const loop = restarted.find(({ name }: { name: string }) => name === 'loop.service');
    return loop?.times > 2 && loop.sub === 'auto-restart' && loop.words === 'exit code 9';
  });
  machine.systemctl('stop', 'loop', 'once');
  const stopped = await units();
  assert.deepEqual([stopped.code, stopped.out], [0, 'systemd is running: no unit is failed.\n']);
});

test('where systemd cannot be asked it is said, with an exit code of its own', async () => {
  const nowhere = await run(['failed', '--bus', '/nowhere/bus']);
  assert.equal(nowhere.code, 4);
  assert.match(nowhere.err, /^systemd cannot be asked: no connection to the bus at \/nowhere\/bus: .*ENOENT/);
  const nobody = await run(['units', '--user', 'nobody-of-that-name']);
  assert.deepEqual([nobody.code, nobody.out], [4, '']);
  assert.match(nobody.err, /there is no user nobody-of-that-name/);
  const away = await run(['units', '--user', '4294967294']);
  assert.deepEqual([away.code, away.out], [4, '']);
  assert.match(away.err, /ENOENT .*; a user who is not logged in has none, unless loginctl enable-linger was said$/m);
  const never = await run(['units', '--since', 'yesterdya']);
  assert.deepEqual([never.code, never.out], [2, '']);
  assert.match(never.err, /--since: came "yesterdya", wanted a duration/);
  const mistaken = await run(['units', '--bus', 'tcp:host=x']);
  assert.deepEqual([mistaken.code, mistaken.out], [2, '']);
  assert.match(mistaken.err, /--bus: came "tcp:host=x", wanted a path/);
});

test('what is known of a failed unit is said, and nothing else', () => {
  const unit = { name: 'a.service', result: 'timeout', words: 'it did not start or stop in time', journal: ['a line'] };
  const units = [unit, { ...unit, name: 'b.service', restarts: 3, since: 0 }, { ...unit, restarts: 1 }];
  const restarted = [
    { ...unit, name: 'c.service', sub: 'auto-restart', times: 0 },
    { ...unit, name: 'd.service', sub: 'running', times: 40, since: 0, journal: ['2026-11-20T03:00:02Z it said'] },
  ];
  const unreadable = 'the journal could not be read: journalctl is not installed';
  const found = { scope: 'user:media', state: 'degraded', asked: 'bus', count: 120, units, restarted } as const;
  const lines = failedUnitsInWords({ ...found, unreadable, failures: unreadable }, HOUR);
  assert.deepEqual(
    lines.map((line) => line.replace(/\d{4}-.*/, 'then')),
    [
      'systemd of user:media is degraded: 120 units are failed, and 2 crashed and were started again within the last ten minutes.',
      '',
      'c.service crashed',
      '  it did not start or stop in time; systemd is about to start it again',
      '    a line',
      '',
      'd.service crashed 40 times in the last ten minutes, the last 1 h ago, then',
      '  it did not start or stop in time; it is running again',
      '    then',
      '',
      'a.service failed',
      '  it did not start or stop in time',
      '    a line',
      '',
      'b.service failed 1 h ago, then',
      '  it did not start or stop in time; systemd had started it again 3 times',
      '    a line',
      '',
      'a.service failed',
      '  it did not start or stop in time; systemd had started it again once',
      '    a line',
      '',
      '… and 117 more that are failed',
      '',
      unreadable,
    ],
  );
  const narrow = failedUnitsInWords({ ...found, units: [], restarted: [], count: 0, unreadable }, HOUR, 40);
  assert.deepEqual(narrow, [
    'systemd of user:media is degraded: no',
    '      unit is failed.',
    '',
    'Units that crashed and run again by now',
    '      are not told: the journal could',
    '      not be read: journalctl is not',
    '      installed.',
  ]);
});
