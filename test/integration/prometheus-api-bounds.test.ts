import assert from 'node:assert/strict';
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { test } from 'node:test';
import { requireProgram } from '../require-program.ts';
import { bodyOf, openGate } from './gate.ts';
import { json, serve, stored } from './prometheus-served.ts';
import { until } from './until.ts';

/** The status of an answer to a path as it stands, which fetch would clean up. */
function statusOf(port: number, path: string, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method }, (answer: IncomingMessage) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    asking.once('error', reject);
    asking.end();
  });
}

test('nothing but questions passes: no other path, method or parameter reaches the storage', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  const { url, asked } = await stored(t, program);
  const { port } = await serve(t, url);
  const before = asked.length;
  const paths = [
    '/prometheus/api/v1/admin/tsdb/delete_series?match[]=heat',
    '/prometheus/api/v1/query/../admin/tsdb/delete_series?match[]=heat',
    '/prometheus/api/v1/query/..%2fadmin%2ftsdb%2fdelete_series?match[]=heat',
    '/prometheus/api/v1/%2e%2e/v1/admin/tsdb/delete_series?match[]=heat',
    '/prometheus/api/v1/label/..%2f..%2fapi%2fv1%2fadmin%2ftsdb%2fdelete_series%3fmatch[]=heat%23/values',
    '/prometheus/api/v1/label//values',
    '/prometheus/api/v1/label/side/values/',
    '/prometheus/api/v1/label/side/../../import/prometheus',
    '/prometheus//api/v1/query?query=up',
    '//prometheus/api/v1/query?query=up',
    '/prometheus/api/v1//query?query=up',
    '/prometheus/api/v1/query%2f?query=up',
    '/prometheus/api/v1/query%00?query=up',
    '/prometheus/api/v1/import',
    '/prometheus/api/v1/import/prometheus',
    '/prometheus/api/v1/write',
    '/prometheus/api/v1/export?match[]=heat',
    '/prometheus/api/v1/status/tsdb',
    '/prometheus/federate?match[]=heat',
    '/prometheus/metrics',
    '/prometheus/flags',
    '/prometheus/',
    '/prometheus',
    '/api/v1/query?query=up',
    '/snapshot/create',
    '/internal/resetRollupResultCache',
  ];
  for (const path of paths)
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const status = await statusOf(port, path, method);
      assert.ok(status >= 400 && status < 500, `${method} ${path}: ${status}`);
    }
  for (const method of ['PUT', 'DELETE', 'PATCH'])
    assert.equal(await statusOf(port, '/prometheus/api/v1/query?query=up', method), 405);
  assert.deepEqual(asked.slice(before), []);
  assert.equal(
    await statusOf(port, '/prometheus/api/v1/query?query=heat&extra_filters[]={a="b"}&nocache=1&trace=1'),
    200,
  );
  assert.deepEqual(asked.slice(before), ['POST /api/v1/query']);
});

test('with a token, only who brings it is answered: as a bearer token, or as the password of a login', async (t) => {
  let asked = 0;
  await using gate = await openGate(async (from, to) => {
    asked++;
    await bodyOf(from);
    to.end('{"status":"success","data":[]}');
  });
  const { url } = await serve(t, gate.url, 'semaphore');
  const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;
  const refused = [
    undefined,
    'Bearer',
    'Bearer wrong',
    'Bearer semaphor',
    basic('semaphore:'),
    basic('semaphore'),
    'Basic *',
  ];
  for (const path of ['query?query=up', 'labels', 'label/a/values', 'metadata', 'status/buildinfo'])
    for (const authorization of refused) {
      const answer = await fetch(`${url}/api/v1/${path}`, authorization ? { headers: { authorization } } : {});
      assert.equal(answer.status, 401, `${path} with ${authorization}`);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm=/);
      assert.match(await answer.text(), /^\{"status":"error","errorType":"unauthorized","error":"[a-z ]+"\}\n$/);
    }
  assert.equal(asked, 0);
  for (const authorization of ['Bearer semaphore', 'bearer semaphore', basic('grafana:semaphore'), basic(':semaphore')])
    assert.equal((await fetch(`${url}/api/v1/labels`, { headers: { authorization } })).status, 200, authorization);
});

test('a large answer is passed on as it comes; who leaves half-way ends it at the storage too', async (t) => {
  const part = Buffer.alloc(1 << 20, ' ');
  let ended = 0;
  let poured = 0;
  const pour: RequestListener = async (from, to) => {
    await bodyOf(from);
    to.once('close', () => ended++);
    const more = () => {
      while (!to.destroyed && to.write(part)) poured++;
      if (!to.destroyed) to.once('drain', more);
    };
    more();
  };
  await using gate = await openGate(pour);
  const { url, faults } = await serve(t, gate.url);
  const leaving = await fetch(`${url}/api/v1/labels`);
  const reader = leaving.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await until(() => ended === 1);
  assert.ok(poured < 64, 'no more was taken than somebody wanted');

  let got = 0;
  await assert.rejects(async () => {
    for await (const chunk of (await fetch(`${url}/api/v1/labels`)).body ?? []) got += chunk.length;
  }, 'an answer without an end breaks off');
  assert.ok(got <= 64 << 20);
  await until(() => ended === 2);

  const gone = new AbortController();
  let arrived = false;
  await using silent = await openGate(async (from, to) => {
    await bodyOf(from);
    to.once('close', () => ended++);
    arrived = true;
  });
  const { url: quiet, faults: others } = await serve(t, silent.url);
  const asking = fetch(`${quiet}/api/v1/labels`, { signal: gone.signal });
  await until(() => arrived);
  gone.abort();
  await assert.rejects(asking);
  await until(() => ended === 3);
  const late = await json(`${quiet}/api/v1/query?query=up&timeout=10ms`);
  assert.deepEqual([late.status, late.body.errorType], [503, 'timeout']);
  assert.deepEqual([...faults, ...others], []);
});

test('four questions are asked at once, and when too many wait the next is told to come later', async (t) => {
  let open = 0;
  let most = 0;
  const go = Promise.withResolvers<void>();
  await using gate = await openGate(async (from, to) => {
    await bodyOf(from);
    most = Math.max(most, ++open);
    await go.promise;
    open--;
    to.end('{"status":"success","data":[]}');
  });
  const { url } = await serve(t, gate.url);
  let refused = 0;
  const statuses = Array.from({ length: 40 }, async () => {
    const { status } = await json(`${url}/api/v1/labels`);
    if (status === 503) refused++;
    return status;
  });
  await until(() => refused === 4);
  await until(() => open === 4);
  go.resolve();
  const came = await Promise.all(statuses);
  assert.equal(came.filter((status) => status === 200).length, 36);
  assert.equal(came.filter((status) => status === 503).length, 4);
  assert.equal(most, 4);
});
