import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { bodyOf, openGate } from '../../integration/gate.ts';
import { batch, identity, storageLine } from '../../integration/storage-line.ts';
import { until } from '../../integration/until.ts';

const BASE = '/insert/0/prometheus';
const MARKER = Buffer.from('020000000000f07f', 'hex').toString('latin1');

/** A storage that takes text, and answers remote write as it is told: by what was sent, as bytes that snappy left as they are. */
async function storage(answer: (body: string) => number) {
  const lines: string[] = [];
  const state = { answer, markers: 0 };
  const gate = await openGate(async (request, response) => {
    if (request.method === 'GET') return void response.end('vm_app_start_timestamp 1\n');
    const body = await bodyOf(request);
    if (request.url === `${BASE}/api/v1/import/prometheus`) {
      const came = gunzipSync(body).toString().split('\n').filter(Boolean);
      // What is tried to see whether text is taken counts for nothing.
      lines.push(...came.filter((line) => !line.startsWith('signalbox_storage_up{')));
      return void response.writeHead(204).end();
    }
    assert.equal(request.url, `${BASE}/api/v1/write`);
    assert.equal(request.headers['content-encoding'], 'snappy');
    const sent = body.toString('latin1');
    const status = state.answer(sent);
    if (status === 204) state.markers += sent.split(MARKER).length - 1;
    response.writeHead(status).end(status === 204 ? undefined : 'not here');
  });
  return { gate, lines, state };
}

const lineTo = (url: string) => storageLine({ write: url + BASE, read: url });

for (const status of [400, 403, 404])
  test(`where remote write is closed (${status}) text goes on: markers are given up, counted, and it is said once`, async () => {
    const { gate, lines, state } = await storage(() => status);
    await using server = gate;
    await using line = await lineTo(server.url);
    const { spool, clock, said } = line;
    for (let round = 1; round <= 3; round++) {
      await spool.keep(batch('text', 10, clock.now(), { round: `${round}` }), identity, clock.now());
      spool.end(batch('gone', 5, clock.now()), identity, clock.now());
      await until(() => line.metric('signalbox_spool_dropped_samples_total', { reason: 'refused' }) === round * 5);
      await until(() => line.metric('signalbox_spool_unsent_bytes') === 0);
    }
    assert.equal(new Set(lines).size, 30);
    assert.equal(said.length, 1, said.join());
    assert.match(said[0] ?? '', /takes text but no remote write \(.*\/api\/v1\/write answered \d+: not here\)/);
    state.answer = () => 204;
    spool.end(batch('gone', 5, clock.now()), identity, clock.now());
    await until(() => said.length === 2);
    assert.match(said[1] ?? '', /takes remote write again/);
    assert.equal(state.markers, 5);
  });

test('a batch of markers that is refused is searched for those at fault: they are set aside, all others arrive', async () => {
  const { gate, state } = await storage((body) => (body.includes('bad') ? 400 : 204));
  await using server = gate;
  await using line = await lineTo(server.url);
  const { spool, clock } = line;
  const gone = Array.from({ length: 50 }, (_, index) => ({ name: `good_${index}`, labels: {}, value: 1 }));
  gone.splice(20, 0, { name: 'bad', labels: {}, value: 1 });
  spool.end(gone, identity, clock.now());
  await until(() => state.markers === 50);
  await until(() => line.metric('signalbox_spool_dropped_samples_total', { reason: 'refused' }) === 1);
  const folder = join(spool.folder, 'refused');
  const [file = ''] = await readdir(folder);
  assert.match(await readFile(join(folder, file), 'utf8'), /^# .*answered 400: not here\nbad\{[^\n]*\} NaN \d+\n$/);
});

test('a storage that is busy gets the markers later, and none is lost', async () => {
  const answers = [503, 429, 500];
  const { gate, state } = await storage(() => answers.shift() ?? 204);
  await using server = gate;
  await using line = await lineTo(server.url);
  line.spool.end(batch('gone', 1, line.clock.now()), identity, line.clock.now());
  await until(() => state.markers === 1);
  await until(() => line.metric('signalbox_spool_unsent_bytes') === 0);
  assert.equal(line.metric('signalbox_spool_dropped_samples_total', { reason: 'refused' }), 0);
});
