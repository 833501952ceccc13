import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoxHouse } from './box.ts';
import { SystemdMachine } from './systemd-machine.ts';
import { until } from './until.ts';

const UNIT = (lines: string) => `[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\n${lines}\n`;

test('a unit is a line on the status page, and a crash loop a figure, over one connection', async (t) => {
  await using machine = await SystemdMachine.boot(
    {
      'web.service': UNIT('ExecStart=/bin/sleep 1000'),
      'loop.service': UNIT('Restart=always\nRestartSec=100ms\nExecStart=/bin/sh -c "exit 9"'),
    },
    t,
  );
  if (machine === undefined) return;
  machine.systemctl('start', 'web', 'loop');
  const journalctl = await machine.door('journalctl');
  await using house = await BoxHouse.open(`
monitors:
  web:
    systemd: { unit: web, bus: "${machine.bus}" }
    every: 3s
    confirm: { bad: 1, good: 1 }
exporters:
  systemd: { every: 5s, bus: "${machine.bus}", journalctl: "${journalctl}", expect: [web] }
`);
  const box = await house.start();
  await box.published('web', (line) => line.standing === 'up');
  assert.equal(connections(machine), 1, 'the check and the exporter share one connection');
  const figure = async (name: string) => {
    const page = await (await fetch(`${box.url}/metrics`)).text();
    return Number(
      page
        .split('\n')
        .find((line) => line.startsWith(name))
        ?.split(' ')
        .at(-1),
    );
  };
  await until(async () => (await figure('systemd_unit_failures_total{')) > 0);
  await until(async () => (await figure('systemd_unit_expected_up{')) === 1);
  machine.systemctl('kill', '--signal=KILL', 'web');
  await box.published('web', (line) => line.standing === 'down');
  await box.said(/web is down: killed by SIGKILL/);
  await box.said(/exporter systemd: web\.service failed: killed by SIGKILL/);
  await until(async () => (await figure('systemd_unit_expected_up{')) === 0);
  machine.systemctl('start', 'web');
  await box.published('web', (line) => line.standing === 'up');
});

/** How many clients the bus has, beside itself, systemd and the one that asks. */
function connections(machine: SystemdMachine): number {
  const listed = machine.run('busctl', '--no-legend', '--unique', 'list').split('\n');
  return listed.filter((line) => line.startsWith(':') && !/\b(?:systemd|busctl|dbus-daemon)\b/.test(line)).length;
}
