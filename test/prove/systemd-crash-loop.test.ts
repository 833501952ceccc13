import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { service, Watched } from '../exporters/systemd/watched.ts';
import { SystemdMachine } from '../integration/systemd-machine.ts';

const CRASHES = 1_500;

/** Fails so many times, as fast as systemd starts it again, and then runs. */
function crashes(file: string): string {
  const counts = `n=$$(cat ${file} || echo 0); echo $$((n+1)) >${file}; [ $$n -lt ${CRASHES} ] || exec sleep 1000; exit 3`;
  return service(`Restart=always\nRestartSec=0\nExecStart=/bin/sh -c "${counts}"`, 'StartLimitIntervalSec=0');
}

test('three thousand crashes without a pause are counted exactly, while systemd reads its files anew again and again', async (t) => {
  const units = { 'one.service': crashes('/tmp/one'), 'two.service': crashes('/tmp/two') };
  await using machine = await SystemdMachine.boot(units, t);
  if (machine === undefined) return;
  await using watched = await Watched.open({ bus: machine.bus, journalctl: 'true' });
  await watched.collect();
  machine.systemctl('start', 'one', 'two');
  const run = () => Number(machine.run('cat', '/tmp/one')) + Number(machine.run('cat', '/tmp/two'));
  let reloads = 0;
  for (; run() < 2 * (CRASHES + 1) && reloads < 400; reloads++) {
    machine.systemctl('daemon-reload');
    await watched.collect();
    await pause(200);
  }
  await watched.collect();
  t.diagnostic(`${reloads} reloads meanwhile`);
  for (const name of ['one.service', 'two.service'])
    assert.equal(watched.value('systemd_unit_failures_total', { name, result: 'exit-code' }), CRASHES, name);
  assert.equal(watched.value('systemd_failures_total'), 2 * CRASHES);
  assert.equal(watched.value('systemd_collector_resyncs_total'), 0);
});
