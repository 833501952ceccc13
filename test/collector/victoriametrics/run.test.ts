import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openGate } from '../../integration/gate.ts';
import { batch, identity, storageLine } from '../../integration/storage-line.ts';
import { until } from '../../integration/until.ts';

test('rows that VictoriaMetrics drops without a word are said once they rise, and not those from before', async () => {
  let dropped = 7;
  await using gate = await openGate((request, response) => {
    request.resume();
    if (request.method === 'GET')
      response.end(`vm_app_start_timestamp 5\nvm_rows_ignored_total{reason="small_timestamp"} ${dropped}\n`);
    else response.writeHead(204).end();
  });
  await using line = await storageLine({ write: gate.url, read: gate.url }, { storedAfterMs: 100 });
  await line.spool.keep(batch('one', 1, line.clock.now()), identity, line.clock.now());
  await until(() => line.metric('signalbox_spool_bytes') === 0);
  assert.deepEqual(line.said, []);
  dropped = 10;
  await until(() => line.said.length > 0);
  assert.match(line.said[0] ?? '', /VictoriaMetrics dropped 3 rows of those it was sent \(small_timestamp\)/);
});

test('another run of VictoriaMetrics: all that was not surely stored is sent to it, and it is said', async () => {
  let run = 1;
  const taken = new Map<number, number>();
  await using gate = await openGate((request, response) => {
    request.resume();
    if (request.method === 'GET') return void response.end(`vm_app_start_timestamp ${run}\n`);
    taken.set(run, (taken.get(run) ?? 0) + 1);
    response.writeHead(204).end();
  });
  await using line = await storageLine({ write: gate.url, read: gate.url }, { storedAfterMs: 10_000 });
  await line.spool.keep(batch('one', 1, line.clock.now()), identity, line.clock.now());
  await until(() => taken.get(1) === 1);
  run = 2;
  await until(() => taken.get(2) === 1);
  assert.match(line.said.join(), /VictoriaMetrics has restarted: the last 1 segments are sent again/);
  assert.equal(line.metric('signalbox_storage_resent_segments_total'), 1);
});
