import assert from 'node:assert/strict';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openDoor } from '../../../collector/server/door.ts';
import { preferredType, prefersGzip } from '../../../collector/server/negotiate.ts';
import { PAGE_TYPES } from '../../../exposition/page.ts';

const { prometheus, openmetrics } = PAGE_TYPES;

test('the format is the one that the client likes best, and the plain one where it does not say', () => {
  const cases: readonly (readonly [accept: string | undefined, wanted: string])[] = [
    [undefined, prometheus],
    ['', prometheus],
    ['*/*', prometheus],
    // Chromium, Grafana Agent, Prometheus 2 and 3, and one that wants plain text although it could read the other.
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', prometheus],
    ['application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', prometheus],
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      openmetrics,
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      openmetrics,
    ],
    ['application/openmetrics-text;version=1.0.0;q=0.4, text/plain;version=0.0.4', prometheus],
    ['application/openmetrics-text', openmetrics],
    ['Application/OpenMetrics-Text; Version="1.0.0"', openmetrics],
    ['application/*', openmetrics],
    ['application/*;q=0.5, text/*;q=0.6', prometheus],
    ['text/plain;q=0, */*', openmetrics],
    ['application/openmetrics-text;version=2.0.0', prometheus],
    ['application/openmetrics-text;q=0', prometheus],
    ['image/png', prometheus],
    [';;q=,=', prometheus],
  ];
  for (const [accept, wanted] of cases) assert.equal(preferredType(accept, [prometheus, openmetrics]), wanted, accept);
});

test('gzip is for those who say that they take it, and not less than the text as it is', () => {
  const cases: readonly (readonly [accept: string | undefined, wanted: boolean])[] = [
    [undefined, false],
    ['', false],
    ['identity', false],
    ['gzip', true],
    ['GZIP', true],
    ['x-gzip', true],
    ['gzip, deflate, br, zstd', true],
    ['deflate;q=1, gzip;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip;q=0, *', false],
    ['*', true],
    ['*;q=0', false],
    ['identity;q=1, gzip;q=0.5', false],
    ['identity;q=0.5, gzip;q=0.5', true],
    ['br', false],
  ];
  for (const [accept, wanted] of cases) assert.equal(prefersGzip(accept), wanted, accept);
});

/** A listener with a long text and a short one. */
async function listenerFor(t: TestContext) {
  const body = (length: number) => ({
    status: 200,
    headers: { vary: 'accept' },
    body: 'é'.repeat(length),
    compressible: true,
  });
  const route = (path: string, length: number) =>
    ({ on: ['box'], for: 'readers', methods: ['GET'], path, handle: () => body(length) as never }) as const;
  const door = await openDoor({ host: '127.0.0.1', port: 0 }, [route('/long', 10_000), route('/short', 100)]);
  t.after(() => door.close());
  return (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: door.port, path, headers, method }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(chunks) }));
      });
      asked.once('error', reject).end();
    });
}

test('a long text goes out in gzip where that is taken, with its length, and says on what it depends', async (t) => {
  const ask = await listenerFor(t);
  const zipped = await ask('/long', { 'accept-encoding': 'gzip' });
  assert.equal(gunzipSync(zipped.body).toString(), 'é'.repeat(10_000));
  assert.equal(zipped.headers['content-encoding'], 'gzip');
  assert.equal(zipped.headers['content-length'], String(zipped.body.length));
  assert.equal(zipped.headers.vary, 'accept, accept-encoding');
  const plain = await ask('/long');
  assert.equal(plain.body.toString(), 'é'.repeat(10_000));
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.headers.vary, 'accept, accept-encoding');
  const short = await ask('/short', { 'accept-encoding': 'gzip' });
  assert.equal(short.body.toString(), 'é'.repeat(100));
  const head = await ask('/long', { 'accept-encoding': 'gzip' }, 'HEAD');
  assert.deepEqual([head.body.length, head.headers['content-length']], [0, zipped.headers['content-length']]);
});
