import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireProgram } from '../require-program.ts';
import { type Box, BoxHouse, webServer } from './box.ts';
import { SystemdMachine } from './systemd-machine.ts';
import { until } from './until.ts';

/** Resolves once so many series are found now. Well before five minutes are over, or nothing would be shown by it. */
async function finds(house: BoxHouse, box: Box, selector: string, count: number): Promise<void> {
  let asked = 0;
  await until(
    async () => {
      // Never the same query: VictoriaMetrics remembers for ten seconds that one found nothing.
      const query = encodeURIComponent(selector.replace('{', `{asked!="${asked++}",`));
      const answer = await house.askStorage(box, `/api/v1/query?query=${query}`);
      const { data } = (await answer.json()) as { data: { result: unknown[] } };
      return data.result.length === count;
    },
    120_000,
    `${selector} finds ${count}`,
  );
}

test('a file, an exporter, a title, a vantage and a monitor that go are gone from instant queries, and return with it', async (t) => {
  if (!requireProgram('victoria-metrics', t)) return;
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-ending-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const put = async (name: string, text: string) => {
    await writeFile(join(folder, 'writing'), text);
    await rename(join(folder, 'writing'), join(folder, name));
  };
  await put('stays.prom', 'stays 1\n');
  await put('goes.prom', 'goes{side="top"} 1\ngoes{side="back"} 2\n');
  await using shop = await webServer((_request, response) => response.end('Welcome'));
  const monitor = (more = '') => `  shop: { http: "${shop.url}", every: 1s, timeout: 1s${more} }\n`;
  const textfile = `  textfile: { folders: ["${folder}"], every: 2s }\n`;
  const pinned = (more: string, exporters: string) =>
    `monitors:\n  other: { http: "${shop.url}", every: 1s, timeout: 1s }\n${more}exporters:\n  host: { every: 2s }\n${exporters}`;
  await using house = await BoxHouse.open(pinned(monitor(', from: [local, outside]'), textfile));
  const box = await house.start();
  const are = (selector: string, count: number) => finds(house, box, selector, count);

  await are('goes{}', 2);
  await rm(join(folder, 'goes.prom'));
  await are('goes{}', 0);
  await are('stays{}', 1);
  await put('goes.prom', 'goes{side="top"} 1\ngoes{side="back"} NaN\n');
  await are('goes{}', 1);

  await are('signalbox_probe_unknown{instance="shop"}', 2);
  await house.write(pinned(monitor(', title: "The shop"'), textfile));
  await are('signalbox_probe_unknown{instance="shop",vantage="outside"}', 0);
  await are('signalbox_probe_unknown{instance="shop"}', 1);
  assert.doesNotMatch(await (await fetch(`${box.url}/metrics`)).text(), /vantage="outside"/);
  await are('signalbox_monitor_info{instance="shop",title="The shop"}', 1);
  await are('signalbox_monitor_info{instance="shop"}', 1);

  await house.write(pinned('', ''));
  await are('{instance="shop",job="probe"}', 0);
  await are('stays{}', 0);
  await are('signalbox_exporter_up{exporter="textfile"}', 0);
  await are('signalbox_exporter_up{}', 1);
  await are('probe_success{}', 1);
  await house.write(pinned(monitor(), textfile));
  await are('probe_success{}', 2);
  await are('stays{}', 1);
  box.signal('SIGINT');
  assert.equal(await box.ended, 0);
});

test('a unit that has failed, and is well again or gone, is no longer found as failed', async (t) => {
  if (!requireProgram('victoria-metrics', t)) return;
  const unit = (argv: string) => `[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=${argv}\n`;
  await using machine = await SystemdMachine.boot(
    { 'a.service': unit('/bin/false'), 'b.service': unit('/bin/false'), 'c.service': unit('/bin/false') },
    t,
  );
  if (machine === undefined) return;
  machine.systemctl('start', 'a', 'b', 'c');
  const journalctl = await machine.door('journalctl');
  await using shop = await webServer((_request, response) => response.end('Welcome'));
  await using house = await BoxHouse.open(`
monitors: { shop: { http: "${shop.url}", every: 1s, timeout: 1s } }
exporters: { systemd: { every: 2s, bus: "${machine.bus}", journalctl: "${journalctl}" } }
`);
  const box = await house.start();
  const failed = (count: number, name = '.*') => finds(house, box, `systemd_unit_failed{name=~"${name}"}`, count);
  await failed(3);
  machine.systemctl('reset-failed', 'a');
  await failed(2);
  await failed(0, 'a.service');
  machine.run('rm', '/run/systemd/system/b.service');
  machine.systemctl('daemon-reload');
  machine.systemctl('reset-failed', 'b');
  await failed(0, 'b.service');
  await failed(1);
});
