import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClock } from '../../../collector/clock.ts';
import { catalogue } from '../../../model/metrics/index.ts';
import { HOUR } from '../../../model/time.ts';
import { SystemdMachine } from '../../integration/systemd-machine.ts';
import { until } from '../../integration/until.ts';
import { requireProgram } from '../../require-program.ts';
import { service, Watched } from './watched.ts';

/** Where a user's systemd and its bus have their sockets. */
const HOME = '/run/user/0';
/** The hour that is farthest away: no timer of it runs while a test does. */
const FAR = (new Date().getUTCHours() + 12) % 24;
const JOB = service('Type=oneshot\nExecStart=/bin/true');
const TIMER = (lines: string) => `[Unit]\nDefaultDependencies=no\n[Timer]\nUnit=job.service\n${lines}\n`;

test('expected units, load errors, units that reload, timers and sockets are seen', async (t) => {
  await using machine = await SystemdMachine.boot(
    {
      'good.service': service('ExecStart=/bin/sleep 100', 'Wants=broken.service'),
      'stopped.service': service('ExecStart=/bin/sleep 100'),
      'broken.service': '[Unit]\nDefaultDependencies=no\nWants=nobody.service\n[Service]\nType=simple\n',
      'reloads.service': service('ExecStart=/bin/sleep 100\nExecReload=/bin/sleep 100'),
      'job.service': JOB,
      'nightly.timer': TIMER(`OnCalendar=*-*-* ${FAR}:00 UTC`),
      'often.timer': TIMER('OnActiveSec=1ms\nOnUnitActiveSec=1h\nAccuracySec=1ms'),
      'talk.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/talk\nAccept=yes\n',
      'talk@.service': service('ExecStart=/bin/sleep 100\nStandardInput=socket'),
    },
    t,
  );
  if (machine === undefined) return;
  machine.systemctl('start', 'good', 'reloads', 'nightly.timer', 'often.timer', 'talk.socket');
  machine.systemctl('reload', '--no-block', 'reloads');
  await until(() => machine.property('reloads', 'ActiveState') === 'reloading');
  await until(() => machine.property('often.timer', 'LastTriggerUSec') !== '');
  await using watched = await Watched.open({
    bus: machine.bus,
    expect: ['good', 'stopped', 'absent', 'reloads'],
    within: { 'nightly.timer': '26h' },
    states: ['good*', 'reloads.service', 'often.timer'],
  });
  await watched.collect();
  const up = (name: string) => watched.value('systemd_unit_expected_up', { name, scope: 'system' });
  assert.deepEqual(['good.service', 'stopped.service', 'absent.service', 'reloads.service'].map(up), [1, 0, 0, 1]);
  assert.equal(watched.value('systemd_unit_load_error', { name: 'broken.service', load_state: 'bad-setting' }), 1);
  assert.equal(watched.value('systemd_unit_load_error', { name: 'nobody.service' }), undefined, 'only mentioned');
  assert.equal(watched.value('systemd_units', { state: 'reloading' }), 1);
  assert.equal(watched.value('node_systemd_unit_state', { name: 'good.service', state: 'active', type: 'simple' }), 1);
  assert.equal(watched.value('node_systemd_unit_state', { name: 'good.service', state: 'failed', type: 'simple' }), 0);
  assert.equal(watched.value('node_systemd_unit_state', { name: 'job.service' }), undefined);
  assert.equal(watched.value('systemd_timer_overdue', { name: 'nightly.timer' }), 0);
  const next = watched.value('systemd_timer_next_elapse_timestamp_seconds', { name: 'nightly.timer' }) ?? 0;
  assert.deepEqual([new Date(next * 1e3).getUTCHours(), new Date(next * 1e3).getUTCMinutes()], [FAR, 0]);
  const last = watched.value('node_systemd_timer_last_trigger_seconds', { name: 'often.timer' }) ?? 0;
  assert.ok(Math.abs(last - Date.now() / 1e3) < 60, `${last}`);
  const monotonic = watched.value('systemd_timer_next_elapse_timestamp_seconds', { name: 'often.timer' }) ?? 0;
  assert.ok(Math.abs(monotonic - last - 3_600) < 10, `${monotonic - last} s after its last run`);
  assert.equal(watched.value('node_systemd_socket_accepted_connections_total', { name: 'talk.socket' }), 0);
  assert.match(watched.samples.find(({ name }) => name === 'node_systemd_version')?.labels.version ?? '', /^\d{3}/);
  assert.equal(watched.value('systemd_unit_need_daemon_reload', { name: 'good.service' }), 0);
  machine.run('sh', '-c', 'sleep 1; echo "# altered" >>/run/systemd/system/good.service');
  await watched.collect();
  assert.equal(watched.value('systemd_unit_need_daemon_reload', { name: 'good.service' }), 1);
});

test('a machine in maintenance is said to be, and is not running', async (t) => {
  await using machine = await SystemdMachine.boot({ 'rescue.target': '[Unit]\nDefaultDependencies=no\n' }, t);
  if (machine === undefined) return;
  machine.systemctl('start', 'rescue.target');
  await using watched = await Watched.open({ bus: machine.bus });
  await until(() =>
    watched.collect().then(
      () => true,
      () => false,
    ),
  );
  assert.equal(watched.value('systemd_manager_state', { state: 'maintenance' }), 1);
  assert.equal(watched.value('systemd_manager_state', { state: 'running' }), 0);
  assert.equal(watched.value('node_systemd_system_running'), 0);
});

test('an ordinary user sees all but the journal, and is told why', async (t) => {
  if (requireProgram('setpriv', t) === undefined) return;
  await using machine = await SystemdMachine.boot({ 'bad.service': service('ExecStart=/bin/sh -c "exit 6"') }, t);
  if (machine === undefined) return;
  machine.systemctl('start', 'bad');
  await until(() => machine.property('bad', 'ActiveState') === 'failed');
  const look = join(import.meta.dirname, 'look.ts');
  const asNobody = (...command: readonly string[]) =>
    machine.run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command);
  if (asNobody('sh', '-c', `test -r ${look} -a -x ${process.execPath} && echo yes`) !== 'yes\n')
    return t.skip('needs a folder that everybody may read');
  const said = asNobody(process.execPath, look, 'bad.service');
  assert.deepEqual(JSON.parse(said.slice(said.indexOf('{'))), {
    user: 65534,
    words: 'exit code 6',
    lines: ['(the box may not read the journal: its user must be in the group systemd-journal)'],
  });
});

test('a timer whose time has passed is overdue; so is one whose last run lies too far back', async (t) => {
  await using machine = await SystemdMachine.boot(
    {
      'job.service': JOB,
      'nightly.timer': TIMER(`OnCalendar=*-*-* ${FAR}:00 UTC`),
      'lax.timer': TIMER(`OnCalendar=*-*-* ${FAR}:00 UTC\nAccuracySec=30d`),
      'daily.timer': TIMER('OnActiveSec=1d\nOnUnitActiveSec=1d'),
    },
    t,
  );
  if (machine === undefined) return;
  machine.systemctl('start', 'nightly.timer', 'lax.timer', 'daily.timer');
  // Two days later by our clock, and systemd has done nothing.
  const clock = createClock();
  let ahead = 0;
  await using watched = await Watched.open(
    { bus: machine.bus, within: { 'nightly.timer': '26h' } },
    { ...clock, now: () => clock.now() + ahead },
  );
  const overdue = async () => {
    await watched.collect();
    const names = ['nightly.timer', 'lax.timer', 'daily.timer'];
    return names.map((name) => watched.value('systemd_timer_overdue', { name }));
  };
  assert.deepEqual(await overdue(), [0, 0, 0]);
  ahead = 48 * HOUR;
  // One of them may take thirty days; and by the clock that daily.timer counts on, no time has passed.
  assert.deepEqual(await overdue(), [1, 0, 0]);
});

test("a user's own systemd is watched beside the system's, and its absence hurts nobody", async (t) => {
  await using machine = await SystemdMachine.boot(
    {
      'user.service': service(
        `Delegate=yes\nEnvironment=XDG_RUNTIME_DIR=${HOME} HOME=/tmp DBUS_SESSION_BUS_ADDRESS=unix:path=${HOME}/bus\n${[
          `/bin/mkdir -p ${HOME}/systemd/user`,
          `/bin/cp /run/systemd/system/theirs.service /run/systemd/system/their.target ${HOME}/systemd/user/`,
          `/bin/cp /run/systemd/system/their-socket ${HOME}/systemd/user/dbus.socket`,
          `/bin/cp /run/systemd/system/their-bus ${HOME}/systemd/user/dbus.service`,
        ]
          .map((command) => `ExecStartPre=${command}\n`)
          .join('')}ExecStart=/lib/systemd/systemd --user --unit=their.target`,
      ),
      'their.target': '[Unit]\nDefaultDependencies=no\nWants=dbus.socket dbus.service theirs.service\n',
      'their-socket': `[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=${HOME}/bus\n`,
      'their-bus': service(
        'Type=notify\nNotifyAccess=main\nExecStart=/usr/bin/dbus-daemon --session --address=systemd: --nofork --nopidfile --systemd-activation',
        'Requires=dbus.socket',
      ),
      'theirs.service': service(
        'Restart=always\nRestartSec=20ms\nExecStart=/bin/sh -c "sleep 0.2; exit 5"',
        'StartLimitIntervalSec=0',
      ),
    },
    t,
  );
  if (machine === undefined) return;
  const bus = `/proc/${machine.init}/root${HOME}/bus`;
  await using watched = await Watched.open({
    bus: machine.bus,
    journalctl: 'true',
    users: [{ name: 'root', bus, expect: ['theirs'] }],
  });
  await until(() =>
    watched.collect().then(
      () => true,
      () => false,
    ),
  );
  assert.equal(watched.value('systemd_collector_connected', { scope: 'user:root' }), 0);
  assert.equal(watched.value('systemd_unit_expected_up', { scope: 'user:root', name: 'theirs.service' }), 0);
  assert.equal(watched.value('systemd_collector_connected', { scope: 'system' }), 1);
  assert.match(watched.troubles.join('\n'), /user:root: no connection to the bus/);
  machine.systemctl('start', 'user');
  await until(async () => {
    await watched.collect();
    return (
      (watched.value('systemd_unit_failures_total', {
        scope: 'user:root',
        name: 'theirs.service',
        result: 'exit-code',
      }) ?? 0) > 1
    );
  });
  assert.equal(watched.value('systemd_failures_total', { scope: 'system' }), 0, 'the two are kept apart');
  const theirs = (name: string) => watched.value(name, { scope: 'user:root' });
  const counted = theirs('systemd_failures_total') ?? 0;
  machine.systemctl('kill', '--signal=STOP', 'user');
  try {
    await watched.collect();
    assert.equal(theirs('systemd_unit_expected_up'), undefined, 'of one that does not answer it is not known');
    assert.match(watched.troubles.at(-1) ?? '', /^user:root: the bus did not answer/);
  } finally {
    machine.systemctl('kill', '--signal=CONT', 'user');
  }
  machine.systemctl('stop', 'user');
  await until(async () => {
    await watched.collect();
    return theirs('systemd_unit_expected_up') === 0;
  });
  machine.systemctl('start', 'user');
  await until(async () => {
    await watched.collect();
    return (theirs('systemd_failures_total') ?? 0) > counted;
  });
  assert.equal(watched.troubles.at(-1), 'user:root answers again');
});

test('every name is in the catalogue, and promtool finds nothing in our own', async (t) => {
  const promtool = requireProgram('promtool', t);
  if (promtool === undefined) return;
  await using machine = await SystemdMachine.boot({ 'bad.service': service('ExecStart=/bin/false') }, t);
  if (machine === undefined) return;
  await using watched = await Watched.open({ bus: machine.bus, journalctl: 'true', expect: ['bad'], states: ['*'] });
  await until(() =>
    watched.collect().then(
      () => true,
      () => false,
    ),
  );
  machine.systemctl('start', 'bad');
  await until(async () => {
    await watched.collect();
    return watched.value('systemd_unit_failed') === 1;
  });
  const known = new Map(catalogue.flatMap((group) => Object.values(group)).map((metric) => [metric.name, metric]));
  const names = [...new Set(watched.samples.map(({ name }) => name))];
  const page = names.map((name) => {
    const metric = known.get(name) ?? assert.fail(`${name} is not in the catalogue`);
    const lines = watched.samples
      .filter((one) => one.name === name)
      .map(({ labels, value }) => {
        assert.deepEqual(Object.keys(labels).toSorted(), metric.labels.toSorted(), name);
        const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
        return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
      });
    return [`# HELP ${name} ${metric.help}`, `# TYPE ${name} ${metric.type}`, ...lines, ''].join('\n');
  });
  const { stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: page.join(''), encoding: 'utf8' });
  // node_exporter has this one as a gauge as well.
  const complaints = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('node_systemd_socket_refused_connections_total '));
  assert.deepEqual(complaints, []);
});

test('a thousand units are read in short turns', async (t) => {
  const many = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, index) => [
      `many-${index}.service`,
      service(
        'Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true',
        `Description=one of very many units, number ${index}`,
      ),
    ]),
  );
  await using machine = await SystemdMachine.boot(many, t);
  if (machine === undefined) return;
  machine.systemctl('start', ...Object.keys(many));
  await using watched = await Watched.open({ bus: machine.bus, journalctl: 'true' });
  await watched.collect();
  let longest = 0;
  let before = cpuMs();
  let over = false;
  const turn = () => {
    longest = Math.max(longest, cpuMs() - before);
    before = cpuMs();
    if (!over) setImmediate(turn);
  };
  turn();
  for (let times = 0; times < 20; times++) await watched.collect();
  over = true;
  t.diagnostic(`with a thousand units the longest turn of the loop took ${longest.toFixed(1)} ms of processor time`);
  assert.ok((watched.value('node_systemd_units', { state: 'active' }) ?? 0) >= 1_000);
  assert.ok(
    watched.samples.length < 150,
    `${watched.samples.length} samples: a thousand healthy units give none of their own`,
  );
});

/** What this thread has used of the processor, in milliseconds: a busy machine does not show in it. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}
