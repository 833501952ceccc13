import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Door, openDoor } from '../../collector/server/door.ts';
import { siteRoutes } from '../../status-site/serve.ts';

/** A site of a few files, a secret beside it, and a door that serves it. */
async function siteOn(t: TestContext): Promise<{ door: Door; site: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-site-'));
  const site = join(folder, 'site');
  await mkdir(join(site, 'monitor', 'web'), { recursive: true });
  await writeFile(join(site, 'index.html'), '<!doctype html>all is well');
  await writeFile(join(site, 'monitor', 'web', 'index.html'), '<!doctype html>web');
  await writeFile(join(site, 'status.json'), '{}');
  await writeFile(join(site, 'picture.svg'), '<svg/>');
  await writeFile(join(site, '.hidden'), 'hidden');
  await writeFile(join(folder, 'secret'), 'secret');
  const door = await openDoor({ host: '127.0.0.1', port: 0 }, siteRoutes(site));
  t.after(async () => {
    await door.close();
    await rm(folder, { recursive: true });
  });
  return { door, site };
}

/** The status line and body for a target sent as it stands, which fetch would tidy up. */
function ask(door: Door, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(door.port, '127.0.0.1', () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    );
    let heard = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
  });
}

test('folders show their index, files have their type', async (t) => {
  const { door } = await siteOn(t);
  const index = await fetch(door.url);
  assert.equal(await index.text(), '<!doctype html>all is well');
  assert.equal(index.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(await (await fetch(`${door.url}monitor/web`)).text(), '<!doctype html>web');
  assert.equal((await fetch(`${door.url}monitor/web`)).url, `${door.url}monitor/web/`);
  assert.match((await fetch(`${door.url}status.json`)).headers.get('content-type') ?? '', /^application\/json/);
  assert.equal((await fetch(`${door.url}picture.svg`)).headers.get('content-type'), 'image/svg+xml');
  assert.equal((await fetch(`${door.url}picture.svg/`)).status, 404);
  assert.equal((await fetch(`${door.url}monitor/`)).status, 404);
});

test('a page that has not changed is not sent again', async (t) => {
  const { door, site } = await siteOn(t);
  const first = await fetch(door.url);
  const etag = first.headers.get('etag') ?? '';
  const modified = first.headers.get('last-modified') ?? '';
  await first.text();
  const asked = (headers: Record<string, string>) => fetch(door.url, { headers });
  assert.equal((await asked({ 'if-none-match': etag })).status, 304);
  assert.equal((await asked({ 'if-none-match': `"other", W/${etag}` })).status, 304);
  assert.equal((await asked({ 'if-modified-since': modified })).status, 304);
  assert.equal((await asked({ 'if-none-match': '"other"', 'if-modified-since': modified })).status, 200);
  await writeFile(join(site, 'new.html'), '<!doctype html>all is bad!');
  await rename(join(site, 'new.html'), join(site, 'index.html'));
  const second = await asked({ 'if-none-match': etag });
  assert.equal(await second.text(), '<!doctype html>all is bad!');
});

test('HEAD tells the length of a page and sends none of it', async (t) => {
  const { door } = await siteOn(t);
  const answer = await fetch(door.url, { method: 'HEAD' });
  assert.equal(answer.headers.get('content-length'), '26');
  assert.equal(await answer.text(), '');
});

test('nothing outside the folder can be had, however it is asked for', async (t) => {
  const { door, site } = await siteOn(t);
  await symlink('../secret', join(site, 'link.txt'));
  await symlink('..', join(site, 'up'));
  await mkdir(join(site, 'folder'));
  await symlink('../../secret', join(site, 'folder', 'index.html'));
  const targets = [
    '/../secret',
    '/%2e%2e/secret',
    '/..%2fsecret',
    '/..%5csecret',
    '/monitor/../../secret',
    '/.hidden',
    '/%2ehidden',
    '//etc/passwd',
    '/%00',
    '/index.html%00.svg',
    '/link.txt',
    '/up/secret',
    '/folder/',
    '/monitor/.',
    '/./index.html',
    `/${'a'.repeat(300)}`,
  ];
  for (const target of targets) {
    const answer = await ask(door, target);
    assert.match(answer, /^HTTP\/1\.1 404 /, target);
    assert.doesNotMatch(answer, /secret|hidden|root:/, target);
  }
});

test('a redirect to a folder never leads to another host', async (t) => {
  const { door, site } = await siteOn(t);
  await mkdir(join(site, 'evil.example'));
  assert.match(await ask(door, '//evil.example'), /^HTTP\/1\.1 404 /);
  assert.match(await ask(door, '/evil.example'), /location: \.\/evil\.example\/\r\n/i);
});

test('a pipe in the folder holds nothing up', async (t) => {
  const { door, site } = await siteOn(t);
  execFileSync('mkfifo', [join(site, 'pipe')]);
  const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(`${door.url}pipe`)));
  assert.deepEqual(
    answers.map((one) => one.status),
    Array(8).fill(404),
  );
  assert.equal((await fetch(door.url)).status, 200);
});

test('a large file comes whole', async (t) => {
  const { door, site } = await siteOn(t);
  await writeFile(join(site, 'large.png'), Buffer.alloc(3_000_000, 7));
  const answer = await fetch(`${door.url}large.png`);
  const body = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.headers.get('content-length'), '3000000');
  assert.ok(body.equals(Buffer.alloc(3_000_000, 7)));
});

test('the public door has the site and nothing else', async (t) => {
  const { door } = await siteOn(t);
  for (const path of ['metrics', 'healthz', 'heartbeat/backup/ok', 'standings', 'version'])
    assert.equal((await fetch(door.url + path)).status, 404, path);
  assert.equal((await fetch(`${door.url}heartbeat/backup/ok`, { method: 'POST' })).status, 405);
});
