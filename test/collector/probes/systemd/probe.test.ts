import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../../../../collector/clock.ts';
import { probe } from '../../../../collector/probes/systemd/probe.ts';
import { settings } from '../../../../collector/probes/systemd/spec.ts';
import { judgeUnit } from '../../../../collector/probes/systemd/verdict.ts';
import { openUnits } from '../../../../exporters/systemd/units.ts';
import { SystemdMachine } from '../../../integration/systemd-machine.ts';
import { until } from '../../../integration/until.ts';
import type { Told } from '../../../told.ts';
import { mistakes, runProbe, sampled } from '../run-probe.ts';

const service = (lines: string, unit = '') => `[Unit]\nDefaultDependencies=no\n${unit}\n[Service]\n${lines}\n`;

/** The hour that is farthest away: no timer of it runs while a test does. */
const FAR = (new Date().getUTCHours() + 12) % 24;

test('every state of a unit is a finding with a reason', async (t) => {
  await using machine = await SystemdMachine.boot(
    {
      'good.service': service('ExecStart=/bin/sleep 100', 'Wants=never.service'),
      'stopped.service': service('ExecStart=/bin/sleep 100'),
      'bad.service': service('ExecStart=/bin/sh -c "echo no disk; exit 3"'),
      'loop.service': service('Restart=always\nRestartSec=1h\nExecStart=/bin/false'),
      'slow.service': service('Type=notify\nExecStart=/bin/sleep 100'),
      'reloads.service': service('ExecStart=/bin/sleep 100\nExecReload=/bin/sleep 100'),
      'once.service': service('Type=oneshot\nExecStart=/bin/true'),
      'long.service': service('Type=oneshot\nExecStart=/bin/sleep 100'),
      'never.service': service('Type=oneshot\nExecStart=/bin/true', 'ConditionPathExists=/nowhere'),
      'typo.service': service('Type=simple'),
      'waits.service': service('ExecStart=/bin/true'),
      'waits.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/waits\n',
      'nightly.timer': `[Unit]\nDefaultDependencies=no\n[Timer]\nOnCalendar=*-*-* ${FAR}:00 UTC\nUnit=once.service\n`,
      'broken.timer': `[Unit]\nDefaultDependencies=no\n[Timer]\nOnCalendar=*-*-* ${FAR}:00 UTC\nUnit=bad.service\n`,
      'skipped.service': service('Type=oneshot\nExecCondition=/bin/false\nExecStart=/bin/true'),
      'skips.timer': `[Unit]\nDefaultDependencies=no\n[Timer]\nOnCalendar=*-*-* ${FAR}:00 UTC\nUnit=skipped.service\n`,
      'mnt-absent.mount': '[Unit]\nDefaultDependencies=no\n[Mount]\nWhat=tmpfs\nWhere=/mnt/absent\nType=tmpfs\n',
      'idle.service': service('ExecStart=/bin/sleep 100'),
      'hidden.service': service('Type=oneshot\nExecStart=/bin/true'),
      'hides.timer': `[Unit]\nDefaultDependencies=no\n[Timer]\nOnCalendar=*-*-* ${FAR}:00 UTC\nUnit=hidden.service\n`,
      'stuck.timer': '[Unit]\nDefaultDependencies=no\n[Timer]\nOnUnitActiveSec=1h\nUnit=idle.service\n',
      'spent.timer': '[Unit]\nDefaultDependencies=no\n[Timer]\nOnActiveSec=1ms\nAccuracySec=1ms\nUnit=once.service\n',
    },
    t,
  );
  if (machine === undefined) return;
  machine.systemctl('start', 'good', 'reloads', 'once', 'waits.socket', 'nightly.timer', 'broken.timer', 'spent.timer');
  machine.systemctl('start', '--no-block', 'bad', 'loop', 'slow', 'long', 'never');
  machine.systemctl('start', 'skips.timer', 'hides.timer', 'stuck.timer');
  machine.systemctl('start', 'skipped');
  machine.run('sh', '-c', 'cd /run/systemd/system && rm hidden.service && ln -s /dev/null hidden.service');
  machine.systemctl('daemon-reload');
  machine.systemctl('reload', '--no-block', 'reloads');
  const sub = (unit: string) => machine.property(unit, 'SubState');
  await until(() => sub('bad') === 'failed' && sub('loop') === 'auto-restart' && sub('reloads') === 'reload');
  await until(() => sub('long') === 'start' && sub('slow') === 'start' && sub('spent.timer') === 'elapsed');
  await until(() => sub('stuck.timer') === 'elapsed');
  const units = openUnits(createClock());
  try {
    const check = async (unit: string, more: Readonly<Record<string, unknown>> = {}): Promise<Told> =>
      runProbe({ settings, probe }, { unit, bus: machine.bus, ...more }, { units });
    const expected: Readonly<Record<string, RegExp>> = {
      good: /^up: running for \d/,
      stopped: /^down: not running: it was never started$/,
      bad: /^down: exit code 3$/,
      loop: /^down: exit code 1; systemd starts it again$/,
      slow: /^degraded: starting for .* \(start\)$/,
      reloads: /^up: reloading$/,
      once: /^up: last run ended well .* ago$/,
      long: /^up: running for /,
      never: /^down: it was not started: a condition of its unit file does not hold$/,
      typo: /^down: its unit file has a mistake$/,
      'mnt-absent.mount': /^down: not mounted: it never was$/,
      absent: /^down: there is no such unit$/,
      waits: /^up: not running, waits for waits\.socket$/,
      'waits.socket': /^up: listening for /,
      'nightly.timer': /^up: next run in .*; it never ran yet$/,
      'broken.timer': /^down: bad\.service failed: exit code 3$/,
      'spent.timer': /^up: it has no further time; last run .* ago$/,
      'stuck.timer': /^degraded: it has no next time \(elapsed\); it never ran yet$/,
      skipped: /^down: it was not started: a condition of its unit file does not hold$/,
      'skips.timer': /^up: next run in .*; it never ran yet$/,
      'hides.timer': /^down: it starts hidden\.service, and it is masked: it cannot be started$/,
      'init.scope': /^up: running/,
    };
    for (const [unit, wanted] of Object.entries(expected)) {
      const { verdict, reason } = await check(unit);
      assert.match(`${verdict}: ${reason}`, wanted, unit);
    }
    assert.match((await check('slow', { patience: '1ms' })).verdict, /^down$/);
    assert.equal((await check('reloads', { patience: '1ms' })).verdict, 'degraded');
    assert.match((await check('once', { within: '1ms' })).reason, /^last run .* ago, wanted within 1 ms$/);
    assert.equal(sampled(await check('loop'), 'signalbox_unit_restarts'), 0);
    assert.ok((sampled(await check('good'), 'signalbox_unit_state_change_timestamp_seconds') ?? 0) > 1e9);
  } finally {
    await units.stop();
  }
});

test('a unit that runs now, but failed again and again a moment ago, is degraded', async (t) => {
  const program =
    'n=$$(cat /tmp/n || echo 0); echo $$((n+1)) >/tmp/n; [ $$n -lt 4 ] || exec sleep 100; kill -SEGV $$$$';
  await using machine = await SystemdMachine.boot(
    {
      'loop.service': service(
        `LimitCORE=0\nRestart=always\nRestartSec=10ms\nExecStart=/bin/sh -c "${program}"`,
        'StartLimitIntervalSec=0',
      ),
    },
    t,
  );
  if (machine === undefined) return;
  const units = openUnits(createClock());
  try {
    const check = () => runProbe({ settings, probe }, { unit: 'loop', bus: machine.bus }, { units });
    assert.equal((await check()).verdict, 'down');
    machine.systemctl('start', 'loop');
    // The last restart is counted a moment before it happens.
    await until(
      () => machine.property('loop', 'NRestarts') === '4' && machine.property('loop', 'SubState') === 'running',
    );
    const { verdict, reason, evidence } = await check();
    assert.equal(
      `${verdict}: ${reason}`,
      'degraded: running, but failed 4 times in the last ten minutes; the last time: killed by SIGSEGV',
    );
    const failures = evidence?.['failures in the last ten minutes'] ?? [];
    assert.ok(Array.isArray(failures) && failures.length === 4, String(failures));
  } finally {
    await units.stop();
  }
});

test('evidence has the last lines of the journal, cleaned, or says why it has none', async (t) => {
  const shout = 'printf \\"\\\\033[31mred \\\\342\\\\200\\\\256evil\\\\n\\"; exit 1';
  const bad = service(`ExecStart=/bin/sh -c "${shout}"`);
  await using machine = await SystemdMachine.boot({ 'bad.service': bad, 'typo.service': service('Type=simple') }, t);
  if (machine === undefined) return;
  machine.systemctl('start', 'bad');
  await until(() => machine.property('bad', 'ActiveState') === 'failed');
  // Anybody may write to the journal, and name any unit.
  const forged = 'printf "MESSAGE=a stranger\\nUNIT=bad.service\\n" | setpriv --reuid=65534 logger --journald';
  assert.equal(machine.run('sh', '-c', forged), '');
  const written = () => machine.run('journalctl', '-q', '--no-pager', 'UNIT=bad.service').includes('a stranger');
  await until(written);
  const clock = createClock();
  const own = openUnits(clock);
  const journalctl = await machine.door('journalctl');
  try {
    const run = (units: typeof own, unit = 'bad') =>
      runProbe({ settings, probe }, { unit, bus: machine.bus }, { units });
    const { lastLines } = await import('../../../../exporters/systemd/journal.ts');
    const inside: typeof own = {
      ...own,
      lastLines: (_, { name, invocation }, signal) => lastLines(journalctl, { unit: name, invocation }, signal),
    };
    const { evidence } = await run(inside);
    assert.match(String(evidence?.state), /^failed \(failed\) since \d{4}-/);
    assert.equal(evidence?.result, 'exit-code: exit code 1');
    const journal = evidence?.journal as readonly string[];
    assert.ok(
      journal.some((line) => /Z red +evil$/.test(line)),
      journal.join('\n'),
    );
    assert.ok(
      journal.some((line) => line.includes("Failed with result 'exit-code'")),
      journal.join('\n'),
    );
    assert.doesNotMatch(journal.join('\n'), /stranger/);
    // What is wrong with the file is said there alone.
    const refused = async () => String((await run(inside, 'typo')).evidence?.journal);
    await until(async () => (await refused()).includes('Service has no ExecStart='));
    const blind: typeof own = {
      ...own,
      lastLines: (_, { name }, signal) => lastLines('/nowhere/journalctl', { unit: name }, signal),
    };
    assert.deepEqual((await run(blind)).evidence?.journal, [
      '(the journal could not be read: /nowhere/journalctl is not installed)',
    ]);
  } finally {
    await own.stop();
  }
});

test('where systemd cannot be asked the finding is unknown, with the reason', async () => {
  const units = openUnits(createClock());
  try {
    const finding = await runProbe({ settings, probe }, { unit: 'nginx', bus: '/nowhere/bus' }, { units });
    assert.equal(finding.verdict, 'unknown');
    assert.match(finding.reason, /^systemd cannot be asked: no connection to the bus at \/nowhere\/bus: /);
    const nobody = await runProbe({ settings, probe }, { unit: 'nginx', user: 'nobody-of-that-name' }, { units });
    assert.match(nobody.reason, /^systemd cannot be asked: there is no user nobody-of-that-name/);
    const elsewhere = await runProbe({ settings, probe }, { unit: 'nginx' });
    assert.equal(`${elsewhere.verdict}: ${elsewhere.reason}`, 'unknown: systemd cannot be asked from this vantage');
  } finally {
    await units.stop();
  }
});

test('settings that make no sense are refused', () => {
  assert.deepEqual(mistakes(settings, { unit: 'nginx' }), []);
  assert.deepEqual(mistakes(settings, { unit: 'backup.timer', within: '26h', user: 1000 }), []);
  assert.match(mistakes(settings, { unit: 'a b' })[0] ?? '', /^unit: the name of a unit, as nginx\.service/);
  assert.match(mistakes(settings, { unit: 'getty@' })[0] ?? '', /^unit: an instance of that template, as getty@tty1/);
  assert.match(mistakes(settings, { unit: '-x.service' })[0] ?? '', /^unit: the name of a unit/);
  assert.match(mistakes(settings, { unit: 'a.socket', within: '1h' })[0] ?? '', /^within: a timer or a service/);
  assert.match(mistakes(settings, { unit: 'a', bus: 'tcp:host=x' })[0] ?? '', /^bus: a path, or an address/);
});

test('of a unit that failed more often than is remembered it is said how often at least', () => {
  const failure = (at: number) => ({ at, result: 'exit-code', words: 'exit code 3' });
  const report = { name: 'a.service', load: 'loaded', active: 'active', sub: 'running', triggeredBy: [] };
  const spec = { unit: 'a.service', patience: 60_000 };
  const said = (times: number) =>
    judgeUnit({ ...report, recent: Array.from({ length: times }, (_, at) => failure(at)) }, spec, 100).reason.join('');
  assert.equal(said(19), 'running, but failed 19 times in the last ten minutes; the last time: exit code 3');
  assert.equal(said(20), 'running, but failed at least 20 times in the last ten minutes; the last time: exit code 3');
});
