import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { bodyOf, openGate } from '../../integration/gate.ts';
import { batch, identity, storageLine } from '../../integration/storage-line.ts';
import { until } from '../../integration/until.ts';

/** Answers as VictoriaMetrics would that dislikes some lines: all of a body is refused then. */
async function picky(dislikes: (text: string) => [number, string] | undefined) {
  const taken: string[] = [];
  const state = { dislikes, requests: 0 };
  const gate = await openGate(async (request, response) => {
    if (request.method === 'GET') {
      response.end('vm_app_start_timestamp 1\n');
      return;
    }
    state.requests++;
    const text = gunzipSync(await bodyOf(request)).toString();
    const [status, words] = state.dislikes(text) ?? [204, ''];
    if (status === 204) taken.push(...text.split('\n').filter((line) => line !== ''));
    response.writeHead(status).end(status === 204 ? undefined : words);
  });
  return { gate, taken, state };
}

test('a refused batch is searched for the bad lines: they are set aside and named, all others arrive', async () => {
  const { gate, taken, state } = await picky((text) =>
    /^bad/m.test(text) ? [400, 'cannot parse bad\nline'] : undefined,
  );
  await using server = gate;
  await using line = await storageLine({ write: server.url, read: server.url });
  const { spool, clock } = line;
  const samples = batch('good', 997, clock.now());
  for (const [index, at] of [3, 500, 996].entries())
    samples.splice(at, 0, { name: `bad_${index}`, labels: {}, value: index, at: clock.now() });
  await spool.keep(samples, identity, clock.now());
  await until(() => line.metric('signalbox_spool_unsent_bytes') === 0);
  assert.equal(new Set(taken).size, 997);
  assert.ok(taken.every((one) => one.startsWith('good{')));
  assert.ok(state.requests < 100);
  assert.equal(line.metric('signalbox_spool_dropped_samples_total', { reason: 'refused' }), 3);
  assert.match(
    line.said.join(),
    /refused 3 samples, set aside in .*\.prom; the first: bad_0\{.*answered 400: cannot parse bad line/,
  );
  const [file = ''] = await readdir(join(spool.folder, 'refused'));
  const kept = await readFile(join(spool.folder, 'refused', file), 'utf8');
  assert.match(kept, /^# .*answered 400: cannot parse bad line\nbad_0\{[^\n]*\nbad_1\{[^\n]*\nbad_2\{[^\n]*\n$/);
});

test('an address that refuses whatever it is sent costs no sample: it is said and waited out', async () => {
  const { gate, taken, state } = await picky(() => [400, 'unsupported path']);
  await using server = gate;
  await using line = await storageLine({ write: server.url, read: server.url });
  await line.spool.keep(batch('good', 10, line.clock.now()), identity, line.clock.now());
  await until(() => line.said.length > 0);
  assert.match(line.said[0] ?? '', /does not take samples: .*unsupported path \(it refuses an empty body too\)/);
  state.dislikes = () => undefined;
  await until(() => taken.length === 10);
  assert.equal(line.metric('signalbox_spool_dropped_samples_total', { reason: 'refused' }), 0);
});

test('a body that is too large for a proxy on the way is sent in halves', async () => {
  const { gate, taken } = await picky((text) => (text.length > 20_000 ? [413, 'too large'] : undefined));
  await using server = gate;
  await using line = await storageLine({ write: server.url, read: server.url });
  await line.spool.keep(batch('large', 2000, line.clock.now()), identity, line.clock.now());
  await until(() => line.metric('signalbox_spool_unsent_bytes') === 0);
  assert.equal(new Set(taken).size, 2000);
  assert.deepEqual(line.said, []);
});

test('busy or failing is not refused: the same is sent again until it is taken', async () => {
  const answers = [429, 503, 500, 408];
  const { gate, taken } = await picky(() => {
    const status = answers.shift();
    return status === undefined ? undefined : [status, 'later'];
  });
  await using server = gate;
  await using line = await storageLine({ write: server.url, read: server.url });
  await line.spool.keep(batch('patient', 10, line.clock.now()), identity, line.clock.now());
  await until(() => taken.length === 10);
  assert.equal(line.metric('signalbox_spool_dropped_samples_total', { reason: 'refused' }), 0);
});
