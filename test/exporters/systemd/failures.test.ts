import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SystemdMachine } from '../../integration/systemd-machine.ts';
import { until } from '../../integration/until.ts';
import { requireProgram } from '../../require-program.ts';
import { service, Watched } from './watched.ts';

const FAILS: Readonly<Record<string, { readonly unit: string; readonly result: string; readonly words: RegExp }>> = {
  'code.service': {
    unit: service('Type=oneshot\nExecStart=/bin/sh -c "echo out of paper; exit 7"'),
    result: 'exit-code',
    words: /^code\.service failed: exit code 7; it last said: out of paper$/,
  },
  'exec.service': {
    unit: service('ExecStart=/nowhere/program'),
    result: 'exit-code',
    words: /^exec\.service failed: exit code 203: the program could not be executed/,
  },
  'kill.service': {
    unit: service('ExecStart=/bin/sh -c "kill -KILL $$$$; sleep 9"'),
    result: 'signal',
    words: /^kill\.service failed: killed by SIGKILL/,
  },
  'segv.service': {
    unit: service('LimitCORE=0\nExecStart=/bin/sh -c "kill -SEGV $$$$; sleep 9"'),
    result: 'signal|core-dump',
    words: /^segv\.service failed: (?:killed by|crashed with) SIGSEGV/,
  },
  'slow.service': {
    unit: service('Type=notify\nTimeoutStartSec=500ms\nExecStart=/bin/sleep 60'),
    result: 'timeout',
    words: /^slow\.service failed: it did not start or stop in time: killed by SIGTERM/,
  },
  'pre.service': {
    unit: service('ExecStartPre=/bin/false\nExecStart=/bin/sleep 60'),
    result: 'exit-code',
    words: /^pre\.service failed: one of its commands failed/,
  },
  'dog.service': {
    unit: service(
      'Type=notify\nNotifyAccess=all\nWatchdogSec=300ms\nExecStart=/bin/sh -c "systemd-notify --ready; exec sleep 60"',
    ),
    result: 'watchdog',
    words: /^dog\.service failed: it did not report to its watchdog in time: .*SIGABRT/,
  },
};

test('units that fail in every way are named with result, exit and signal in words, and their last journal line', async (t) => {
  await using machine = await SystemdMachine.boot(
    Object.fromEntries(Object.entries(FAILS).map(([name, { unit }]) => [name, unit])),
    t,
  );
  if (machine === undefined) return;
  await using watched = await Watched.open({
    bus: machine.bus,
    journalctl: await machine.door('journalctl'),
    expect: ['code.service'],
  });
  await watched.collect();
  assert.equal(watched.value('systemd_failures_total', { scope: 'system' }), 0);
  assert.equal(
    watched.value('systemd_unit_failures_total', { name: 'code.service' }),
    0,
    'an expected unit counts from 0',
  );
  machine.systemctl('start', '--no-block', ...Object.keys(FAILS));
  await until(() => Object.keys(FAILS).every((name) => machine.property(name, 'ActiveState') === 'failed'));
  await until(() => machine.run('journalctl', '-q', '--no-pager', '--unit=code').includes('out of paper'));
  await watched.collect();
  // Those that fail are told five at a time.
  await watched.collect();
  for (const [name, { result, words }] of Object.entries(FAILS)) {
    const failed = watched.samples.find((one) => one.name === 'systemd_unit_failed' && one.labels.name === name);
    assert.match(failed?.labels.result ?? '', new RegExp(`^(?:${result})$`), name);
    const labels = { name, result: failed?.labels.result ?? '' };
    assert.equal(watched.value('systemd_unit_failures_total', labels), 1, name);
    assert.equal(
      watched.troubles.filter((line) => words.test(line)).length,
      1,
      `${name}: ${watched.troubles.join('\n')}`,
    );
  }
  assert.equal(watched.value('systemd_failures_total', { scope: 'system' }), Object.keys(FAILS).length);
  assert.equal(watched.value('node_systemd_units', { state: 'failed' }), Object.keys(FAILS).length);
  assert.equal(watched.value('node_systemd_system_running'), 0);
  assert.equal(watched.value('systemd_manager_state', { state: 'degraded' }), 1);
  assert.ok(watched.soon > 0, 'a failure is collected soon');
  machine.systemctl('reset-failed');
  await watched.collect();
  assert.equal(watched.value('systemd_unit_failed'), undefined);
  assert.equal(watched.value('node_systemd_system_running'), 1);
  assert.equal(watched.value('systemd_failures_total', { scope: 'system' }), Object.keys(FAILS).length);
});

test('a unit whose processes were killed for want of memory is said to be', async (t) => {
  if (requireProgram('python3', t) === undefined) return;
  await using machine = await SystemdMachine.boot({ 'eats.service': service('ExecStart=/bin/sleep 1000') }, t);
  if (machine === undefined) return;
  machine.systemctl('start', 'eats');
  await using watched = await Watched.open({ bus: machine.bus, journalctl: 'true' });
  await watched.collect();
  // As systemd-oomd does it: it marks the cgroup and kills what is in it.
  const cgroup = `/sys/fs/cgroup${machine.property('eats', 'ControlGroup')}`;
  const mark = `import os; os.setxattr('${cgroup}', 'user.oomd_ooms', b'1')`;
  assert.equal(machine.run('python3', '-c', mark), '');
  machine.systemctl('kill', '--signal=KILL', 'eats');
  await until(() => machine.property('eats', 'ActiveState') === 'failed');
  await watched.collect();
  assert.equal(watched.value('systemd_unit_failed', { name: 'eats.service', result: 'oom-kill' }), 1);
  assert.deepEqual(watched.troubles, ['eats.service failed: killed by SIGKILL (out of memory)']);
});

test('a crash loop is counted exactly, though no look ever sees it failed', async (t) => {
  const counts = 'n=$$(cat /tmp/n || echo 0); echo $$((n+1)) >/tmp/n; [ $$n -lt 20 ] || exec sleep 100; exit 3';
  const loop = service(`Restart=always\nRestartSec=30ms\nExecStart=/bin/sh -c "${counts}"`, 'StartLimitIntervalSec=0');
  await using machine = await SystemdMachine.boot({ 'loop.service': loop }, t);
  if (machine === undefined) return;
  await using watched = await Watched.open({ bus: machine.bus, journalctl: 'true' });
  await watched.collect();
  machine.systemctl('start', 'loop');
  await until(async () => {
    await watched.collect();
    assert.equal(watched.value('systemd_unit_failed'), undefined, 'it is never seen failed');
    return machine.property('loop', 'NRestarts') === '20';
  });
  await watched.collect();
  assert.equal(watched.value('systemd_unit_failures_total', { name: 'loop.service', result: 'exit-code' }), 20);
  assert.equal(watched.value('systemd_unit_flapping', { name: 'loop.service' }), 1);
  assert.equal(watched.value('node_systemd_service_restart_total', { name: 'loop.service' }), 20);
});

test('that a unit failed too often to be started again is said, and is no further failure', async (t) => {
  const limited = service(
    'Restart=always\nRestartSec=10ms\nExecStart=/bin/false',
    'StartLimitIntervalSec=60\nStartLimitBurst=4',
  );
  await using machine = await SystemdMachine.boot({ 'limited.service': limited }, t);
  if (machine === undefined) return;
  await using watched = await Watched.open({ bus: machine.bus, journalctl: 'true' });
  await watched.collect();
  machine.systemctl('start', 'limited');
  await until(() => machine.property('limited', 'ActiveState') === 'failed');
  await watched.collect();
  assert.equal(watched.value('systemd_failures_total'), 4);
  assert.match(watched.troubles.join('\n'), /limited\.service failed: .*exit code 1/);
});
