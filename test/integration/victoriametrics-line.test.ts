import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClock } from '../../collector/clock.ts';
import { openSpool } from '../../collector/spool/spool.ts';
import { createClient } from '../../collector/victoriametrics/client.ts';
import { startShipper } from '../../collector/victoriametrics/shipper.ts';
import { requireProgram } from '../require-program.ts';
import { until } from './until.ts';
import { victoriaMetricsProcess } from './victoriametrics-process.ts';

const identity = { job: 'probe', instance: 'web', vantage: 'local' };

test('what a check measured can be asked for in VictoriaMetrics a moment later', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-spool-'));
  const clock = createClock();
  const said: string[] = [];
  const onTrouble = (message: string) => void said.push(message);
  const spool = await openSpool(folder, { clock, maxBytes: 1e8, maxAgeMs: 1e9, onTrouble });
  const client = createClient({ storage: () => ({ write: vm.url, read: vm.url }) });
  const shipper = startShipper({ spool, client, clock, onTrouble });
  try {
    spool.offer([{ name: 'probe_success', labels: {}, value: 1 }], identity, clock.now());
    await spool.keep([{ name: 'reactor_heat', labels: { side: 'back\n"' }, value: 0.5 }], identity, clock.now());
    await until(async () => (await vm.count('{job="probe"}')) === 2);
    await until(async () => (await client.query('reactor_heat')).length === 1);
    const [heat] = await client.query('reactor_heat');
    assert.equal(heat?.value, 0.5);
    assert.deepEqual(heat?.labels, {
      __name__: 'reactor_heat',
      job: 'probe',
      instance: 'web',
      vantage: 'local',
      side: 'back\n"',
    });
    assert.deepEqual(said, []);
  } finally {
    await shipper.stop();
    await client.close();
    await spool.close();
    await rm(folder, { recursive: true, force: true });
  }
});
