import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Auth } from '../../model/config.ts';
import { Secret } from '../../model/secret.ts';
import { answered } from '../collector/victoriametrics/answered.ts';
import { requireProgram } from '../require-program.ts';
import { openGate, passOn } from './gate.ts';
import { batch, identity, storageLine } from './storage-line.ts';
import { until } from './until.ts';
import { victoriaMetricsProcess } from './victoriametrics-process.ts';

const ways: readonly (readonly [string, Auth, string])[] = [
  [
    'a password',
    { basic: { user: 'box', password: new Secret('p:ä') } },
    `Basic ${Buffer.from('box:p:ä').toString('base64')}`,
  ],
  ['a token', { bearer: new Secret('t0ken') }, 'Bearer t0ken'],
];

for (const [what, auth, header] of ways)
  test(`a cluster's addresses, behind ${what}, take and answer as a single node does`, async (t) => {
    const program = requireProgram('victoria-metrics', t);
    if (program === undefined) return;
    await using vm = await victoriaMetricsProcess(program);
    const strangers: string[] = [];
    await using gate = await openGate((request, response) => {
      const [, way, rest = ''] = /^\/(insert|select)\/0(\/prometheus\/.*)$/.exec(request.url ?? '') ?? [];
      const path = request.url === '/metrics' ? '/metrics' : rest;
      const fits = path === '/metrics' || (way === 'insert') === path.includes('/import/');
      if (request.headers.authorization === header && fits && path !== '')
        return passOn(request, response, vm.url, path);
      strangers.push(`${request.method} ${request.url}`);
      response.writeHead(request.headers.authorization === header ? 404 : 401).end('not here');
    });
    const storage = { write: `${gate.url}/insert/0/prometheus`, read: `${gate.url}/select/0/prometheus/`, auth };
    await using line = await storageLine(storage);
    await line.spool.keep(batch('through', 10, line.clock.now()), identity, line.clock.now());
    await until(async () => (await vm.count('through')) === 10);
    await until(async () => (await answered(line.query.instant('count_over_time(through[1m])'))).at(0)?.value === 10);
    assert.deepEqual(strangers, []);
    assert.deepEqual(line.said, []);
  });

test('a wrong password is said in words without the password, and waited out', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  await using vm = await victoriaMetricsProcess(program);
  let open = false;
  await using gate = await openGate((request, response) => {
    if (open) return passOn(request, response, vm.url, request.url ?? '/');
    response.writeHead(401).end('wrong login');
  });
  const auth = { basic: { user: 'box', password: new Secret('canary-password') } };
  await using line = await storageLine({ write: gate.url, read: gate.url, auth });
  await line.spool.keep(batch('waited', 10, line.clock.now()), identity, line.clock.now());
  await until(() => line.said.length > 0);
  assert.match(line.said[0] ?? '', /does not take samples: .*answered 401: wrong login; they wait in the spool/);
  open = true;
  await until(async () => (await vm.count('waited')) === 10);
  assert.match(line.said.at(-1) ?? '', /takes samples again/);
  assert.doesNotMatch(line.said.join(), /canary-password/);
});
