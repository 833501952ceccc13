import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireProgram } from '../require-program.ts';
import { AT, form, json, serve, stored } from './prometheus-served.ts';

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
    [`/api/v1/series?match[]=heat&start=${AT + 3 * 86_400}`, []],
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
