import assert from 'node:assert/strict';
import { request } from 'node:http';
import { hostname } from 'node:os';
import { type TestContext, test } from 'node:test';
import { type DoorOptions, openDoor } from '../../../collector/server/door.ts';
import { type Method, type Route, say } from '../../../model/route.ts';

const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101', 'accept-language': 'en' };

/** A listener with a route that changes something, one that does not, and what was done. */
async function listenerFor(t: TestContext, options: DoorOptions = {}) {
  const done: string[] = [];
  const route = (path: string, reader: boolean, methods: readonly Method[]): Route => ({
    on: ['box'],
    for: reader ? 'readers' : 'writers',
    methods,
    path,
    handle: ({ method }) => {
      done.push(`${method} ${path}`);
      return say(200, 'done');
    },
  });
  const routes = [
    route('/report', false, ['GET', 'POST']),
    route('/page', true, ['GET']),
    route('/note', true, ['POST']),
  ];
  const door = await openDoor({ host: '127.0.0.1', port: 0 }, routes, options);
  t.after(() => door.close());
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = door;
      const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode));
      });
      asked.once('error', reject).end();
    });
  return { done, ask, host: `127.0.0.1:${door.port}`, port: door.port };
}

test('only by names of its own is the box asked: addresses, localhost, the name of the machine, and those of the config', async (t) => {
  let names = ['box.lan'];
  const foreign: string[] = [];
  const { ask, port, done } = await listenerFor(t, {
    names: () => names,
    onForeignName: (name) => foreign.push(name),
  });
  const [short = ''] = hostname().split('.');
  for (const host of [
    '127.0.0.1',
    '[::1]:80',
    '[FE80::1]',
    'localhost',
    'localhost.',
    'LocalHost:1',
    'a.localhost',
    hostname(),
    `${short}.local:${port}`,
    'box.lan',
    `BOX.lan:${port}`,
  ])
    assert.equal(await ask('/page', { host }), 200, host);
  const others = [
    'evil.test',
    `evil.test:${port}`,
    'box.lan.evil.test',
    'localhost.evil.test',
    '127.0.0.1.evil.test',
    '?',
  ];
  done.length = 0;
  for (const host of others) {
    assert.equal(await ask('/page', { host }), 421, host);
    assert.equal(await ask('/report', { host }, 'POST'), 421, host);
    // Also what is nowhere: an answer would tell that this is a box.
    assert.equal(await ask('/nowhere', { host }), 421, host);
  }
  assert.equal(await ask(`http://evil.test:${port}/page`, { host: '127.0.0.1' }), 421);
  assert.deepEqual(done, []);
  assert.ok(foreign.includes('evil.test'));
  names = [];
  assert.equal(await ask('/page', { host: 'box.lan' }), 421);
});

test('what changes something is not for pages of other sites; programs and the own pages may', async (t) => {
  const { ask, done, host, port } = await listenerFor(t);
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: `http://127.0.0.1:${port + 1}` },
    { origin: 'http://evil.test' },
    { origin: 'null' },
    { origin: `https://${host}.evil.test` },
    { origin: `http://127.0.0.1:${port + 1}` },
    { referer: 'http://evil.test/page?of=127.0.0.1' },
    { referer: 'nonsense' },
    { ...BROWSER, origin: 'http://evil.test', referer: `http://${host}/` },
  ];
  for (const headers of foreign)
    for (const [path, method] of [
      ['/report', 'GET'],
      ['/report', 'HEAD'],
      ['/report', 'POST'],
      ['/note', 'POST'],
    ] as const)
      assert.equal(await ask(path, headers, method), 403, `${method} ${path} ${JSON.stringify(headers)}`);
  // It sends an Origin with whatever is no GET.
  for (const method of ['GET', 'HEAD'])
    assert.equal(await ask('/report', BROWSER, method), 403, 'a browser that is silent');
  assert.deepEqual(done, []);
  for (const headers of foreign) assert.equal(await ask('/page', headers), 200, 'a page elsewhere may link to it');
  const ours: Record<string, string>[] = [
    {},
    { 'user-agent': 'curl/8.0' },
    { 'user-agent': 'Mozilla/5.0 (Windows NT; Windows NT 10.0) WindowsPowerShell/5.1' },
    { 'user-agent': 'node', 'accept-language': '*' },
    { ...BROWSER, 'sec-fetch-site': 'same-origin' },
    { ...BROWSER, 'sec-fetch-site': 'none' },
    { ...BROWSER, origin: `http://${host}` },
    { ...BROWSER, referer: `http://${host}/m/web/` },
    { ...BROWSER, host: 'localhost', origin: 'https://localhost' },
    { ...BROWSER, host: 'localhost:80', referer: 'http://localhost/' },
    { ...BROWSER, host: `[::1]:${port}`, origin: `http://[::1]:${port}` },
  ];
  for (const headers of ours) assert.equal(await ask('/report', headers, 'POST'), 200, JSON.stringify(headers));
});
