import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SystemdMachine } from '../../integration/systemd-machine.ts';
import { until } from '../../integration/until.ts';
import { service, Watched } from './watched.ts';

/** A service that fails so many times when it is told to, in a few ms each, and then runs. */
const counts =
  'while [ ! -e /tmp/go ]; do sleep 0.02; done; n=$$(cat /tmp/n || echo 0); echo $$((n+1)) >/tmp/n; [ $$n -lt 12 ] || exec sleep 100; exit 3';
const LOOP = service(`Restart=always\nRestartSec=10ms\nExecStart=/bin/sh -c "${counts}"`, 'StartLimitIntervalSec=0');

/** The hour that is farthest away: no timer of it runs while a test does. */
const FAR = (new Date().getUTCHours() + 12) % 24;

/** An exporter whose bus can be stopped and killed. */
async function world(
  t: TestContext,
  units: Readonly<Record<string, string>>,
  more: Readonly<Record<string, unknown>> = {},
) {
  const machine = await SystemdMachine.boot(units, t);
  if (machine === undefined) return undefined;
  const watched = await Watched.open({ bus: machine.bus, journalctl: 'true', ...more });
  t.after(async () => {
    await watched[Symbol.asyncDispose]();
    await machine[Symbol.asyncDispose]();
  });
  await until(() =>
    watched.collect().then(
      () => true,
      () => false,
    ),
  );
  return { machine, watched };
}

test('failures while the bus was dead are counted once it is back, none twice', async (t) => {
  const made = await world(t, { 'loop.service': LOOP, 'other.service': service('Type=oneshot\nExecStart=/bin/false') });
  if (made === undefined) return;
  const { machine, watched } = made;
  machine.systemctl('start', 'loop');
  await watched.collect();
  assert.equal(watched.value('systemd_failures_total'), 0);
  // Without its socket nobody starts it again until we say so.
  machine.systemctl('stop', 'dbus.socket', 'dbus.service');
  await assert.rejects(watched.collect(), /bus/);
  machine.run('touch', '/tmp/go');
  machine.systemctl('start', 'other');
  await until(() => machine.property('loop', 'NRestarts') === '12');
  machine.systemctl('start', 'dbus.socket', 'dbus.service');
  await until(() =>
    watched.collect().then(
      () => true,
      () => false,
    ),
  );
  assert.equal(watched.value('systemd_unit_failures_total', { name: 'loop.service', result: 'unseen' }), 12);
  assert.equal(watched.value('systemd_unit_failures_total', { name: 'other.service', result: 'exit-code' }), 1);
  assert.equal(watched.value('systemd_failures_total'), 13);
  assert.equal(watched.value('systemd_collector_resyncs_total'), 1);
  assert.equal(watched.value('systemd_collector_connected'), 1);
});

test('a bus killed in the middle of a crash loop costs no failure and counts none twice', async (t) => {
  const made = await world(t, { 'loop.service': LOOP });
  if (made === undefined) return;
  const { machine, watched } = made;
  machine.systemctl('start', 'loop');
  machine.run('touch', '/tmp/go');
  for (let times = 0; times < 3; times++) {
    process.kill(machine.mainPid('dbus.service'), 'SIGKILL');
    await until(() =>
      watched.collect().then(
        () => true,
        () => false,
      ),
    );
  }
  await until(() => machine.property('loop', 'NRestarts') === '12');
  await until(async () => {
    await watched.collect().catch(() => {});
    return watched.value('systemd_failures_total') === 12 && watched.value('systemd_collector_connected') === 1;
  });
  await watched.collect();
  assert.equal(watched.value('systemd_failures_total'), 12);
});

test('while the bus hangs the exporter cannot see, nothing piles up, and afterwards all that happened is known', async (t) => {
  const made = await world(t, { 'loop.service': LOOP });
  if (made === undefined) return;
  const { machine, watched } = made;
  machine.systemctl('start', 'loop');
  await watched.collect();
  const bus = machine.mainPid('dbus.service');
  process.kill(bus, 'SIGSTOP');
  const began = performance.now();
  try {
    let turns = 0;
    const turning = setInterval(() => turns++, 10);
    await assert.rejects(watched.collect(), /did not answer .* within 5 s/);
    clearInterval(turning);
    assert.ok(performance.now() - began < 9_000);
    assert.ok(turns > 100, `the loop went on meanwhile: ${turns} turns`);
    machine.run('touch', '/tmp/go');
    await until(() => machine.property('loop', 'NRestarts') === '12');
  } finally {
    process.kill(bus, 'SIGCONT');
  }
  await until(() =>
    watched.collect().then(
      () => watched.value('systemd_failures_total') === 12,
      () => false,
    ),
  );
  assert.equal(watched.value('systemd_collector_resyncs_total'), 0, 'the connection was kept');
});

test('systemd that hangs itself is as little seen, and seen again when it goes on', async (t) => {
  const made = await world(t, {});
  if (made === undefined) return;
  const { machine, watched } = made;
  process.kill(machine.init, 'SIGSTOP');
  try {
    await assert.rejects(watched.collect(), /did not answer/);
  } finally {
    process.kill(machine.init, 'SIGCONT');
  }
  await until(() =>
    watched.collect().then(
      () => true,
      () => false,
    ),
  );
  assert.equal(watched.value('node_systemd_system_running'), 1);
});

test('without a bus systemctl is asked, which is said, and said again when the bus is back', async (t) => {
  const made = await world(t, {
    'good.service': service('ExecStart=/bin/sleep 100'),
    'bad.service': service('ExecStart=/bin/sh -c "exit 4"'),
    'late.timer': `[Unit]\nDefaultDependencies=no\n[Timer]\nOnCalendar=*-*-* ${FAR}:00 UTC\nUnit=good.service\n`,
  });
  if (made === undefined) return;
  const { machine } = made;
  const systemctl = await machine.door('systemctl');
  await using watched = await Watched.open({
    bus: machine.bus,
    systemctl,
    journalctl: 'true',
    expect: ['good', 'absent'],
    states: ['good*'],
  });
  machine.systemctl('start', 'good', 'late.timer');
  machine.systemctl('start', 'bad');
  await until(() => machine.property('bad', 'ActiveState') === 'failed');
  const look = async () => {
    await watched.collect();
    return {
      failed: watched.value('systemd_unit_failed', { name: 'bad.service', result: 'exit-code' }),
      good: watched.value('systemd_unit_expected_up', { name: 'good.service' }),
      absent: watched.value('systemd_unit_expected_up', { name: 'absent.service' }),
      degraded: watched.value('systemd_manager_state', { state: 'degraded' }),
      state: watched.value('node_systemd_unit_state', { name: 'good.service', state: 'active', type: 'simple' }),
      accepted: watched.value('node_systemd_socket_accepted_connections_total', { name: 'test.socket' }),
      next: Math.round(watched.value('systemd_timer_next_elapse_timestamp_seconds', { name: 'late.timer' }) ?? 0),
      overdue: watched.value('systemd_timer_overdue', { name: 'late.timer' }),
    };
  };
  const byBus = await look();
  assert.equal(watched.value('systemd_collector_connected'), 1);
  assert.deepEqual(
    { ...byBus, next: 0 },
    { failed: 1, good: 1, absent: 0, degraded: 1, state: 1, accepted: undefined, next: 0, overdue: 0 },
  );
  machine.systemctl('stop', 'dbus.socket', 'dbus.service');
  assert.deepEqual(await look(), byBus);
  assert.equal(watched.value('systemd_collector_connected'), 0);
  assert.match(watched.troubles.at(-1) ?? '', /does not answer, so systemctl is asked instead/);
  machine.systemctl('start', 'dbus.socket', 'dbus.service');
  await until(() => watched.collect().then(() => watched.value('systemd_collector_connected') === 1));
  assert.equal(watched.troubles.at(-1), 'the bus answers again');
});

test('while the bus hangs systemctl is asked, which is said once', async (t) => {
  const made = await world(t, {});
  if (made === undefined) return;
  const { machine } = made;
  const systemctl = await machine.door('systemctl');
  await using watched = await Watched.open({ bus: machine.bus, systemctl, journalctl: 'true' });
  await watched.collect();
  const bus = machine.mainPid('dbus.service');
  process.kill(bus, 'SIGSTOP');
  try {
    for (let times = 0; times < 2; times++) {
      await watched.collect();
      assert.equal(watched.value('node_systemd_system_running'), 1);
    }
    assert.equal(watched.troubles.length, 1, watched.troubles.join('\n'));
  } finally {
    process.kill(bus, 'SIGCONT');
  }
  await watched.collect();
  assert.equal(watched.troubles.at(-1), 'the bus answers again');
});

test('with neither bus nor systemctl it says both reasons', async () => {
  await using watched = await Watched.open({ bus: '/nowhere/bus', systemctl: '/nowhere/systemctl' });
  await assert.rejects(
    watched.collect(),
    /no connection to the bus at \/nowhere\/bus: .*ENOENT.*; \/nowhere\/systemctl is not installed/,
  );
});

test('on a machine that another program started, it says that systemd does not run', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-no-systemd-'));
  t.after(() => rm(folder, { recursive: true }));
  const systemctl = join(folder, 'systemctl');
  const says = "System has not been booted with systemd as init system (PID 1). Can't operate.";
  await writeFile(systemctl, `#!/bin/sh\necho "${says}" >&2\nexit 1\n`, { mode: 0o755 });
  await using watched = await Watched.open({ bus: '/nowhere/bus', systemctl });
  await assert.rejects(
    watched.collect(),
    /^Error: systemd does not run here; in a container, name the bus of the host$/,
  );
});
