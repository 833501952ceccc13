import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { FakeClock } from '../../fake-clock.ts';
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
    // What is tried to see whether anything is taken counts for nothing.
    if (status === 204)
      taken.push(...text.split('\n').filter((line) => line !== '' && !line.startsWith('signalbox_storage_up{')));
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

const everything: readonly (readonly [string, (text: string) => [number, string] | undefined])[] = [
  ['whatever it is sent', () => [400, 'unsupported path']],
  ['all but an empty body', (text) => (text === '' ? undefined : [400, 'read only'])],
  ['all as too large', () => [413, 'too large']],
];
for (const [what, dislikes] of everything)
  test(`an address that refuses ${what} costs no sample: it is said once, and asked ever more rarely`, async () => {
    const { gate, taken, state } = await picky(dislikes);
    await using server = gate;
    const clock = new FakeClock();
    await using line = await storageLine({ write: server.url, read: server.url }, { clock });
    const send = () => line.spool.offer(batch('good', 10, clock.now()), identity, clock.now());
    const pass = async (ms: number) => {
      for (const end = clock.now() + ms; clock.now() < end; ) {
        send();
        await clock.advance(500);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    };
    await until(async () => {
      await pass(500);
      return line.said.length > 0;
    });
    assert.match(
      line.said[0] ?? '',
      /does not take samples: .*answered 4\d\d: .* \(it refuses the simplest sample too\)/,
    );
    await pass(180_000);
    assert.ok(state.requests < 100, `${state.requests} requests in three minutes`);
    assert.equal(line.said.length, 1, line.said.join('\n'));
    assert.equal(line.metric('signalbox_storage_up'), 0);
    assert.match(line.shipper.problems().join(), /^VictoriaMetrics has taken no samples for 3 min: .*answered 4\d\d/);
    assert.deepEqual(taken, []);
    state.dislikes = () => undefined;
    await until(async () => {
      await pass(500);
      return line.metric('signalbox_spool_unsent_bytes') === 0;
    });
    assert.equal(line.metric('signalbox_spool_dropped_samples_total', { reason: 'refused' }), 0);
    assert.deepEqual(line.said.slice(1), ['VictoriaMetrics takes samples again']);
    assert.equal(line.metric('signalbox_storage_up'), 1);
    assert.deepEqual(line.shipper.problems(), []);
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
