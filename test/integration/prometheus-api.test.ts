import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type RequestListener, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClock } from '../../collector/clock.ts';
import { prometheusRoutes } from '../../collector/prometheus-api/routes.ts';
import { openDoor } from '../../collector/server/door.ts';
import { createClient } from '../../collector/victoriametrics/client.ts';
import { Secret } from '../../model/secret.ts';
import { requireProgram } from '../require-program.ts';
import { bodyOf, openGate, passOn } from './gate.ts';
import { until } from './until.ts';
import { victoriaMetricsProcess } from './victoriametrics-process.ts';

const AT = Math.floor(Date.now() / 60_000) * 60 - 3600;
const LINES = [0, 1, 2].map((minute) => `heat{side="left"} ${minute + 0.5} ${(AT + minute * 60) * 1000}`);
LINES.push(`heat{side="right"} +Inf ${AT * 1000}`, `cold{side="left",room="a b"} -3 ${AT * 1000}`);

interface Api {
  readonly url: string;
  readonly port: number;
  /** What the API said of faults of its own. */
  readonly faults: string[];
}

/** The API on a port of its own, towards a storage. */
async function serve(t: TestContext, storage: string | undefined, token?: string): Promise<Api> {
  const client = createClient({
    storage: () => (storage === undefined ? undefined : { write: storage, read: storage }),
  });
  const faults: string[] = [];
  const secret = token === undefined ? undefined : new Secret(token);
  const routes = prometheusRoutes({ client, clock: createClock(), version: '1.2.3', token: () => secret });
  const door = await openDoor({ host: '127.0.0.1', port: 0 }, routes, {
    onFault: (fault) => faults.push(String(fault)),
  });
  t.after(async () => {
    await door.close();
    await client.close();
  });
  return { url: `${door.url}prometheus`, port: door.port, faults };
}

/** A VictoriaMetrics with a few series, and a gate before it that remembers what it was asked. */
async function stored(t: TestContext, program: string): Promise<{ url: string; asked: string[] }> {
  const vm = await victoriaMetricsProcess(program);
  const asked: string[] = [];
  const gate = await openGate((from, to) => {
    asked.push(`${from.method} ${from.url}`);
    passOn(from, to, vm.url, from.url ?? '/');
  });
  t.after(async () => {
    await gate[Symbol.asyncDispose]();
    await vm[Symbol.asyncDispose]();
  });
  await fetch(`${vm.url}/api/v1/import/prometheus`, { method: 'POST', body: `${LINES.join('\n')}\n` });
  await until(async () => (await vm.count('{side!=""}')) === LINES.length);
  return { url: gate.url, asked };
}

const json = async (url: string, init?: RequestInit) => {
  const answer = await fetch(url, init);
  // biome-ignore lint/suspicious/noExplicitAny: whatever comes, its parts are compared.
  const body = (await answer.json()) as any;
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', body };
};
const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });

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

test('what Grafana and curl ask is answered as Prometheus answers it', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  const { url } = await serve(t, (await stored(t, program)).url);
  const left = { __name__: 'heat', side: 'left' };
  const vector = { resultType: 'vector', result: [{ metric: left, value: [AT, '0.5'] }] };
  const query = { query: 'heat{side="left"}', time: String(AT) };
  for (const init of [undefined, form(query)]) {
    const at = init === undefined ? `?${new URLSearchParams(query)}` : '';
    const { status, type, body } = await json(`${url}/api/v1/query${at}`, init);
    assert.deepEqual([status, type, body], [200, 'application/json', { status: 'success', data: vector }]);
  }
  const range = { query: 'heat', start: String(AT), end: new Date((AT + 120) * 1000).toISOString(), step: '1m' };
  for (const init of [undefined, form(range)]) {
    const at = init === undefined ? `?${new URLSearchParams(range)}` : '';
    const { status, body } = await json(`${url}/api/v1/query_range${at}`, init);
    assert.equal(status, 200);
    const values = [[AT, '0.5'], [AT + 60, '1.5'], [AT + 120, '2.5']]; // biome-ignore format: pairs
    const [first] = body.data.result.filter((one: { metric: Record<string, string> }) => one.metric.side === 'left');
    assert.deepEqual(first, { metric: left, values });
    assert.equal(body.data.resultType, 'matrix');
  }
  const lists: readonly (readonly [string, unknown])[] = [
    ['/api/v1/series?match[]=cold', [{ __name__: 'cold', side: 'left', room: 'a b' }]],
    ['/api/v1/labels?match[]=cold', ['__name__', 'room', 'side']],
    ['/api/v1/labels', ['__name__', 'room', 'side']],
    ['/api/v1/labels?limit=1', ['__name__']],
    ['/api/v1/label/side/values', ['left', 'right']],
    ['/api/v1/label/__name__/values?match[]={room!=""}', ['cold']],
    [`/api/v1/series?match[]=heat&start=${AT + 7200}`, []],
  ];
  for (const [path, data] of lists) {
    const { status, body } = await json(`${url}${path}`);
    assert.deepEqual([status, body], [200, { status: 'success', data }], path);
  }
  assert.deepEqual((await json(`${url}/api/v1/labels`, form({ 'match[]': 'heat' }))).body.data, ['__name__', 'side']);
  const { body: info } = await json(`${url}/api/v1/status/buildinfo`);
  assert.match(info.data.version, /^2\.\d+\.\d+$/);
  const { body: known } = await json(`${url}/api/v1/metadata?metric=probe_success`);
  assert.equal(known.data.probe_success[0].type, 'gauge');
  assert.equal(Object.keys((await json(`${url}/api/v1/metadata?limit=2`)).body.data).length, 2);
  assert.ok(Object.keys((await json(`${url}/api/v1/metadata`)).body.data).length > 100);
});

test('what is wrong is a 4xx with a kind and words, and the storage away is a 503', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  const { url, faults } = await serve(t, (await stored(t, program)).url);
  const wrong: readonly (readonly [string, number, string, RegExp])[] = [
    ['/api/v1/query', 400, 'bad_data', /"query"/],
    ['/api/v1/query?query=up&time=soon', 400, 'bad_data', /"time": cannot parse "soon"/],
    ['/api/v1/query_range?query=up&start=0&end=1e9&step=1', 400, 'bad_data', /exceeded maximum resolution/],
    ['/api/v1/query?query=up&timeout=never', 400, 'bad_data', /"timeout"/],
    ['/api/v1/series', 400, 'bad_data', /no match\[\] parameter/],
    ['/api/v1/label/a-b/values', 400, 'bad_data', /invalid label name: "a-b"/],
    ['/api/v1/metadata?limit=x', 400, 'bad_data', /"limit"/],
    ['/api/v1/query?query=up{', 422, 'execution', /unexpected token/],
    ['/api/v1/query?query=nosuch(up)', 422, 'execution', /unknown func "nosuch"/],
    ['/api/v1/series?match[]=up{', 422, 'execution', /unexpected token/],
  ];
  for (const [path, status, errorType, words] of wrong) {
    const { status: came, type, body } = await json(`${url}${path}`);
    assert.deepEqual([came, body.status, body.errorType], [status, 'error', errorType], path);
    assert.match(type, /^application\/json/);
    assert.match(body.error, words, path);
  }
  const { status } = await json(`${url}/api/v1/query`, form({ query: 'up '.repeat(200_000) }));
  assert.equal(status, 413);
  for (const storage of [undefined, 'http://127.0.0.1:9']) {
    const { url: away } = await serve(t, storage);
    const { status, body } = await json(`${away}/api/v1/query?query=up`);
    assert.deepEqual([status, body.errorType], [503, 'unavailable']);
    assert.match(body.error, storage ? /ECONNREFUSED/ : /not running/);
  }
  assert.deepEqual(faults, []);
});

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

test('promtool asks it as it asks Prometheus, with a login too', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  const promtool = requireProgram('promtool', t);
  if (program === undefined || promtool === undefined) return;
  const { url } = await serve(t, (await stored(t, program)).url, 'semaphore');
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-promtool-'));
  t.after(() => rm(folder, { recursive: true }));
  const login = join(folder, 'http.yml');
  await writeFile(login, 'basic_auth: { username: promtool, password: semaphore }\n');
  // Not spawnSync: the server it asks is in this process.
  const run = (...args: string[]) =>
    new Promise<{ out: string; stderr: string; failed: boolean }>((resolve) => {
      execFile(promtool, ['query', ...args], (error, stdout, stderr) =>
        resolve({ out: stdout.trim(), stderr, failed: error !== null }),
      );
    });
  const { out, stderr } = await run('instant', '--help');
  const server = `${out}${stderr}`.includes('http.config.file')
    ? [`--http.config.file=${login}`, url]
    : [url.replace('http://', 'http://promtool:semaphore@')];
  const time = `--time=${AT}`;
  assert.equal((await run('instant', ...server, 'heat{side="left"}', time)).out, `heat{side="left"} => 0.5 @[${AT}]`);
  const range = [`--start=${AT}`, `--end=${AT + 60}`, '--step=1m'];
  assert.equal(
    (await run('range', ...server, 'heat{side="left"}', ...range)).out,
    `heat{side="left"} =>\n0.5 @[${AT}]\n1.5 @[${AT + 60}]`,
  );
  assert.equal((await run('series', ...server, '--match=cold')).out, '{__name__="cold", room="a b", side="left"}');
  assert.equal((await run('labels', ...server, 'side')).out, 'left\nright');
  const wrong = await run('instant', ...server, 'heat{', time);
  assert.ok(wrong.failed);
  assert.match(wrong.stderr, /unexpected token/);
  assert.match((await run('instant', url, 'heat', time)).stderr, /a token is wanted|401/);
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
