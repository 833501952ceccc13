import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { requireProgram } from '../require-program.ts';
import { BoxHouse, webServer } from './box.ts';
import { until } from './until.ts';

test('what an exporter sees is on /metrics, in VictoriaMetrics, and gone when it is no longer wanted', async (t) => {
  if (!requireProgram('victoria-metrics', t)) return;
  const promtool = requireProgram('promtool', t);
  if (!promtool) return;
  await using shop = await webServer((_request, response) => response.end('Welcome'));
  const monitors = `monitors: { shop: { http: "${shop.url}", every: 1s, timeout: 1s } }\n`;
  await using house = await BoxHouse.open(
    `${monitors}exporters: { host: { every: 5s }, mounts: { every: 5s }, changes: { backlog: 1h, every: 10s } }\n`,
  );
  const box = await house.start();
  const page = async () => (await fetch(`${box.url}/metrics`)).text();
  const seen = await box.metrics(
    new RegExp(`^node_load1\\{job="node",instance="${RegExp.escape(hostname())}"\\} `, 'm'),
    ...['host', 'mounts', 'changes'].map(
      (name) => new RegExp(`^signalbox_exporter_up\\{exporter="${name}",job="signalbox",instance="box"\\} 1$`, 'm'),
    ),
  );
  const { stdout, stderr, status } = spawnSync(promtool, ['check', 'metrics'], { input: seen, encoding: 'utf8' });
  // Borrowed names are as they are: test/exporters/host compares what is said of them with node_exporter's own page.
  const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.startsWith('node_'));
  assert.deepEqual(complaints, []);
  assert.notEqual(status, 1, 'the page can be read');
  await until(async () => {
    const answer = await house.askStorage(box, '/api/v1/series?match[]=node_load1');
    const { data } = (await answer.json()) as { data: Record<string, string>[] };
    return data.some((one) => one.job === 'node' && one.instance === hostname());
  });
  await house.write(monitors);
  await until(async () => !(await page()).includes('node_load1{'));
  box.signal('SIGINT');
  assert.equal(await box.ended, 0);
});
