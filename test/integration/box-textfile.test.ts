import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireProgram } from '../require-program.ts';
import { BoxHouse, webServer } from './box.ts';
import { until } from './until.ts';

const game = (iron: number) =>
  `# TYPE factorio_item_production_input gauge\nfactorio_item_production_input{force="player",name="iron-plate"} ${iron}\n`;

test('what a game writes into a file is a counter on /metrics and a series in VictoriaMetrics; half a file changes nothing', async (t) => {
  if (!requireProgram('victoria-metrics', t)) return;
  const promtool = requireProgram('promtool', t);
  if (!promtool) return;
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-factorio-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const put = async (text: string) => {
    await writeFile(join(folder, 'writing'), text);
    await rename(join(folder, 'writing'), join(folder, 'game.prom'));
  };
  await put(game(5));
  await using shop = await webServer((_request, response) => response.end('Welcome'));
  await using house = await BoxHouse.open(
    `monitors: { shop: { http: "${shop.url}", every: 1s, timeout: 1s } }
exporters:
  textfile:
    folders: ["${folder}"]
    retype: { "factorio_*_input": counter }
    drop_labels: { "*": [force] }
    every: 3s
`,
  );
  const box = await house.start();
  const iron = (value: number) =>
    new RegExp(`^factorio_item_production_input\\{name="iron-plate",.*\\} ${value}$`, 'm');
  const page = await box.metrics(iron(5));
  assert.match(page, /^# TYPE factorio_item_production_input counter$/m);
  const { stderr } = spawnSync(promtool, ['check', 'metrics'], { input: page, encoding: 'utf8' });
  assert.equal(stderr, 'factorio_item_production_input counter metrics should have "_total" suffix\n');
  await put(game(7).slice(0, -3));
  await box.said(/game\.prom:2:\d+: came the end of the text/);
  await box.metrics(/^node_textfile_scrape_error\{.*\} 1$/m, iron(5));
  await put(game(9));
  await box.metrics(iron(9));
  await until(async () => {
    const answer = await house.askStorage(box, '/api/v1/series?match[]=factorio_item_production_input');
    const { data } = (await answer.json()) as { data: Record<string, string>[] };
    return data.some((one) => one.job === 'node' && one.name === 'iron-plate' && one.force === undefined);
  });
  box.signal('SIGINT');
  assert.equal(await box.ended, 0);
});
