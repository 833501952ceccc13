import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verified } from '../../dashboards/verify.ts';
import { run } from '../cli/command.ts';
import { requireProgram } from '../require-program.ts';
import { BoxHouse, webServer } from './box.ts';
import { until } from './until.ts';

/** Of what this box surely has; whatever its machine may lack (sensors, systemd, Docker) is not here. */
const SURE: Readonly<Record<string, readonly string[]>> = {
  'signalbox-overview': [
    'Monitors down',
    'Not known',
    'Fullest disk',
    'Storage takes samples',
    'Processors busy',
    'Memory used',
  ],
  'signalbox-monitors': [
    'Up',
    'Down',
    'Slowest now',
    'Checks late by',
    'How long checks take',
    'HTTP, by phase',
    'Each monitor',
  ],
  'signalbox-host': [
    'Processors busy',
    'Booted',
    'Where the processors spend their time',
    'Memory',
    'Disks',
    'Load',
    'Systems',
  ],
  'signalbox-changes': ['Down now', 'Where each monitor stood', 'Every source seen'],
  'signalbox-public-numbers': ['Public and down', 'Succeeded, a day', 'Checks that succeed', 'Each public monitor'],
  'signalbox-self': [
    'Storage takes samples',
    'Waiting on disk',
    'Config taken up',
    'Checks',
    'Samples',
    'Exporters',
    'Delay of the loop',
  ],
};

test('the dashboards find what a real box measured, and say of the rest why there is nothing', async (t) => {
  if (!requireProgram('victoria-metrics', t)) return;
  await using shop = await webServer((_request, response) => response.end('Welcome'));
  await using house = await BoxHouse.open(
    `monitors: { shop: { http: "${shop.url}", every: 1s, timeout: 1s } }
exporters: { host: { every: 2s }, mounts: { every: 5s }, changes: { backlog: 1h, every: 10s } }
`,
  );
  const box = await house.start();
  let found: Verified[] = [];
  const missing = () =>
    Object.entries(SURE).flatMap(([dashboard, panels]) =>
      panels
        .filter((panel) => found.some((one) => isOf(one, dashboard, panel) && one.outcome !== 'answered'))
        .map((panel) => `${dashboard}: ${panel}`),
    );
  for (const [dashboard, panels] of Object.entries(SURE)) assert.ok(panels.length > 0, dashboard);
  await until(async () => {
    const { out, code } = await run(['dashboards', 'verify', '--json', '--storage', `${box.url}/prometheus`]);
    assert.notEqual(code, 1, `no query is refused: ${out}`);
    // Its VictoriaMetrics is not up yet.
    if (code === 4) return false;
    found = JSON.parse(out);
    return missing().length === 0;
  });
  for (const [dashboard, panels] of Object.entries(SURE))
    for (const panel of panels)
      assert.ok(
        found.some((one) => isOf(one, dashboard, panel)),
        `${dashboard} has no "${panel}"`,
      );
  for (const { outcome, where, why } of found) if (outcome === 'empty') assert.notEqual(why, '', where);
});

function isOf(one: Verified, dashboard: string, panel: string): boolean {
  return one.dashboard === dashboard && one.where.startsWith(`panel "${panel}"`);
}
