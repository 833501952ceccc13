import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { createClock } from '../../../collector/clock.ts';
import { createClient } from '../../../collector/victoriametrics/client.ts';
import { createQuery, type QueryContext } from '../../../collector/victoriametrics/query.ts';
import type { Query } from '../../../model/query.ts';
import { FakeClock } from '../../fake-clock.ts';
import { bodyOf, openGate } from '../../integration/gate.ts';
import { until } from '../../integration/until.ts';
import { victoriaMetricsProcess } from '../../integration/victoriametrics-process.ts';
import { requireProgram } from '../../require-program.ts';
import { answered } from './answered.ts';

/** A query client towards whatever answers there. */
async function asking(url: string, options: Partial<QueryContext>, body: (query: Query) => Promise<void>) {
  const client = createClient({ storage: () => ({ write: url, read: url }) });
  try {
    await body(createQuery({ client, clock: createClock(), ...options }));
  } finally {
    await client.close();
  }
}

async function against(
  listener: RequestListener,
  body: (query: Query) => Promise<void>,
  options: Partial<QueryContext> = {},
) {
  await using gate = await openGate((request, response) => void listener(request, response));
  await asking(gate.url, options, body);
}

const answer = (data: unknown) => JSON.stringify({ status: 'success', data });

test('instants, ranges, series, labels and their values, from a real VictoriaMetrics', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  const at = Math.floor(Date.now() / 60_000) * 60_000 - 3 * 86_400_000;
  const lines = [0, 1, 2].map((minute) => `heat{side="left"} ${minute + 0.5} ${at + minute * 60_000}`);
  lines.push(`heat{side="a\\"b,é"} +Inf ${at}`, `cold{side="left"} -3 ${at}`);
  await fetch(`${vm.url}/api/v1/import/prometheus`, { method: 'POST', body: `${lines.join('\n')}\n` });
  await until(async () => (await vm.count('{side!=""}')) === lines.length);
  await asking(vm.url, {}, async (query) => {
    assert.deepEqual(await answered(query.instant('heat{side="left"}', { at })), [
      { labels: { __name__: 'heat', side: 'left' }, at, value: 0.5 },
    ]);
    assert.deepEqual(await answered(query.instant('1 + 1', { at })), [{ labels: {}, at, value: 2 }]);
    assert.deepEqual(await answered(query.range('heat{side="left"}', { from: at, to: at + 120_000, stepMs: 60_000 })), [
      {
        labels: { __name__: 'heat', side: 'left' },
        points: [
          [at, 0.5],
          [at + 60_000, 1.5],
          [at + 120_000, 2.5],
        ],
      },
    ]);
    assert.equal((await answered(query.instant('heat{side!="left"}', { at })))[0]?.value, Number.POSITIVE_INFINITY);
    const sides = (await answered(query.series(['heat', 'cold']))).map((one) => `${one.__name__} ${one.side}`).sort();
    assert.deepEqual(sides, ['cold left', 'heat a"b,é', 'heat left'], 'also what is older than a day');
    assert.deepEqual(await answered(query.labels(['cold'])), ['__name__', 'side']);
    assert.deepEqual(await answered(query.labelValues('side', ['cold'])), ['left']);
    assert.deepEqual(await answered(query.labelValues('../../../../metrics')), []);
    const wrong = await query.instant('heat{', { at });
    assert.equal(wrong.kind, 'refused');
    assert.match(wrong.words, /unexpected token/);
  });
});

test('no storage, none that answers in time, none that answers as it should: an outcome each, and never a crash', async () => {
  await asking('http://127.0.0.1:9', {}, async (query) => {
    const gone = await query.instant('up');
    assert.equal(gone.kind, 'unreachable');
    assert.match(gone.words, /127\.0\.0\.1:9\/api\/v1\/query: .*ECONNREFUSED/);
  });
  const none = createQuery({ client: createClient({ storage: () => undefined }), clock: createClock() });
  assert.deepEqual(await none.labels(), { kind: 'unreachable', words: 'VictoriaMetrics is not running' });
  await against(
    (_request, response) => response.writeHead(502).end('<html>\u001b[2Jbad gateway'),
    async (query) =>
      assert.deepEqual(await query.instant('up'), {
        kind: 'unreachable',
        words: 'VictoriaMetrics answered 502: <html>bad gateway',
      }),
  );
  await against(
    (_request, response) => response.end('<html>a login page</html>'),
    async (query) =>
      assert.deepEqual(await query.instant('up'), { kind: 'unreachable', words: 'the answer is no JSON' }),
  );
  await against(
    (_request, response) => response.writeHead(200, { 'content-length': '100' }).end('{"status":'),
    async (query) => assert.equal((await query.instant('up')).kind, 'unreachable'),
  );
});

test('an answer that never ends is left at the deadline, one that hangs half-way too', async () => {
  for (const begins of [false, true]) {
    const clock = new FakeClock();
    let asked = false;
    await against(
      (_request, response) => {
        if (begins) response.write('{"status":"success",');
        asked = true;
      },
      async (query) => {
        const outcome = query.instant('up', { longestMs: 3_000 });
        await until(() => asked);
        await clock.advance(3_000);
        assert.deepEqual(await outcome, { kind: 'timeout', words: 'no answer within 3 s' });
      },
      { clock },
    );
  }
});

test('an answer that is too large is not read to its end, and one with too many series is not taken', async () => {
  const flood = Buffer.alloc(64 << 10, ' ');
  let closed = false;
  await against(
    (_request, response) => {
      response.on('close', () => {
        closed = true;
      });
      const pour = () => {
        while (!response.destroyed && response.write(flood));
        if (!response.destroyed) response.once('drain', pour);
      };
      pour();
    },
    async (query) => {
      assert.deepEqual(await query.labels(), { kind: 'too-large', words: 'the answer is larger than 1000000 bytes' });
      await until(() => closed);
    },
    { maxBytes: 1_000_000 },
  );
  await against(
    (_request, response) => response.end(answer(Array.from({ length: 10_001 }, (_, index) => `n${index}`))),
    async (query) => assert.equal((await query.labels()).kind, 'too-large'),
  );
  await against(
    (_request, response) => response.end(),
    async (query) => {
      const range = (to: number, stepMs: number) => query.range('up', { from: 0, to, stepMs });
      for (const outcome of [range(11_001_000, 1_000), range(1, 0), range(-1, 1), range(1, Number.NaN)])
        assert.equal((await outcome).kind, 'refused');
    },
  );
});

test('four are asked at once, the others wait for their turn, and beyond that it is busy', async () => {
  let open = 0;
  let most = 0;
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  await against(
    async (request, response) => {
      most = Math.max(most, ++open);
      await bodyOf(request);
      await gate;
      open--;
      response.end(answer([]));
    },
    async (query) => {
      const asked = Array.from({ length: 70 }, () => query.labels());
      await until(() => open === 4);
      go();
      const kinds = (await Promise.all(asked)).map((one) => one.kind);
      assert.equal(kinds.filter((kind) => kind === 'answer').length, 68);
      assert.equal(kinds.filter((kind) => kind === 'busy').length, 2);
      assert.equal(most, 4);
    },
  );
});

test('who asked and no longer wants to know is not waited for', async () => {
  const leaving = new AbortController();
  let closed = false;
  await against(
    (_request, response) => {
      response.on('close', () => {
        closed = true;
      });
      leaving.abort(new Error('nobody wants to know'));
    },
    async (query) => {
      await assert.rejects(query.instant('up', { signal: leaving.signal }), /nobody wants to know/);
      await until(() => closed);
    },
  );
});
