import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SystemdMachine } from '../../integration/systemd-machine.ts';
import { until } from '../../integration/until.ts';
import { requireProgram } from '../../require-program.ts';
import { service, Watched } from './watched.ts';

/** Fails six times, in a few ms each, and then runs. */
const counts = 'n=$$(cat /tmp/n || echo 0); echo $$((n+1)) >/tmp/n; [ $$n -lt 6 ] || exec sleep 1000; exit 3';
const LOOP = service(`Restart=always\nRestartSec=10ms\nExecStart=/bin/sh -c "${counts}"`, 'StartLimitIntervalSec=0');

test('systemd that reads its files anew, or begins anew itself, loses no count and repeats none', async (t) => {
  await using machine = await SystemdMachine.boot(
    { 'loop.service': LOOP, 'bad.service': service('ExecStart=/bin/false') },
    t,
  );
  if (machine === undefined) return;
  await using watched = await Watched.open({ bus: machine.bus, journalctl: 'true' });
  const connected = async () => {
    await watched.collect().catch(() => {});
    return watched.value('systemd_collector_connected') === 1;
  };
  await until(connected);
  const figures = () => ({
    failures: watched.value('systemd_failures_total'),
    restarts: watched.value('node_systemd_service_restart_total', { name: 'loop.service' }),
    unseen: watched.samples.filter(({ labels }) => labels.result === 'unseen').length,
  });
  machine.systemctl('start', 'loop');
  machine.systemctl('start', 'bad');
  await until(() => machine.property('loop', 'NRestarts') === '6' && machine.property('bad', 'SubState') === 'failed');
  await watched.collect();
  const before = { failures: 7, restarts: 6, unseen: 0 };
  assert.deepEqual(figures(), before);
  machine.systemctl('daemon-reload');
  // Has systemd tell of the failed unit again, as many things do.
  machine.systemctl('set-property', '--runtime', 'bad.service', 'CPUWeight=50');
  await watched.collect();
  assert.deepEqual(figures(), before, 'after daemon-reload');
  machine.systemctl('stop', 'dbus.socket', 'dbus.service');
  await assert.rejects(watched.collect());
  machine.systemctl('start', 'dbus.socket', 'dbus.service');
  await until(connected);
  assert.deepEqual(figures(), before, 'after daemon-reload and a break');
  const resyncs = watched.value('systemd_collector_resyncs_total') ?? 0;
  machine.systemctl('daemon-reexec');
  await until(async () => (await connected()) && (watched.value('systemd_collector_resyncs_total') ?? 0) > resyncs);
  assert.deepEqual(figures(), before, 'after daemon-reexec');
  machine.systemctl('start', 'bad');
  await until(async () => (await connected()) && figures().failures === 8);
});

test('a signal that somebody else sent in the name of systemd counts for nothing', async (t) => {
  if (requireProgram('setpriv', t) === undefined) return;
  await using machine = await SystemdMachine.boot({ 'good.service': service('ExecStart=/bin/sleep 1000') }, t);
  if (machine === undefined) return;
  machine.systemctl('start', 'good');
  await using watched = await Watched.open({ bus: machine.bus, journalctl: 'true' });
  await watched.collect();
  const unit = '/org/freedesktop/systemd1/unit/good_2eservice';
  const said = machine.run('busctl', '--no-legend', '--unique', 'list').split('\n');
  // The box is outside: the one whose process has no number there.
  const ours = said.find((line) => /^:\S+\s+-\s/.test(line))?.split(' ')[0];
  assert.ok(ours, said.join('\n'));
  const emit = (...words: readonly string[]) =>
    machine.run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'busctl', 'emit', ...words);
  const heard = () => watched.value('systemd_collector_signals_total') ?? 0;
  const before = heard();
  const failed = ['sa{sv}as', 'org.freedesktop.systemd1.Unit', '1', 'ActiveState', 's', 'failed', '0'];
  const to = `--destination=${ours}`;
  assert.equal(emit(to, unit, 'org.freedesktop.DBus.Properties', 'PropertiesChanged', ...failed), '');
  const arrival = ['NameOwnerChanged', 'sss', 'org.freedesktop.systemd1', '', ':1.999'];
  assert.equal(emit(to, '/org/freedesktop/DBus', 'org.freedesktop.DBus', ...arrival), '');
  await until(async () => {
    await watched.collect();
    return heard() >= before + 2;
  });
  assert.equal(watched.value('systemd_failures_total'), 0);
  assert.equal(watched.value('systemd_collector_resyncs_total'), 0);
  machine.systemctl('kill', '--signal=KILL', 'good');
  await until(() => machine.property('good', 'ActiveState') === 'failed');
  await watched.collect();
  assert.equal(watched.value('systemd_failures_total'), 1, 'what systemd itself says is still heard');
});
