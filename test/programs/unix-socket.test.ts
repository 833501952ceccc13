import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createRawServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ask, hear, isSocket, NoAnswer } from '../../programs/unix-socket.ts';

const forever = new AbortController().signal;

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-daemon-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function listening(t: TestContext, server: Server): Promise<string> {
  const path = join(await folderFor(t), 'daemon.sock');
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  t.after(() => void server.close());
  return path;
}

/** A daemon that answers as the test says. */
async function daemon(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  t.after(() => server.closeAllConnections());
  return listening(t, server);
}

async function rejects(asked: Promise<unknown>, words: RegExp): Promise<NoAnswer> {
  const error = await asked.then(
    () => assert.fail('it was answered'),
    (failed: unknown) => failed,
  );
  assert.ok(error instanceof NoAnswer, String(error));
  assert.match(error.message, words);
  return error;
}

test('what a daemon answers is read whole', async (t) => {
  const path = await daemon(t, (request, answer) => {
    const whole = Buffer.from(JSON.stringify({ asked: request.url, name: 'größer' }));
    for (const byte of whole) answer.write(Buffer.of(byte));
    answer.end();
  });
  assert.deepEqual(await ask(path, '/info?all=1', forever), { asked: '/info?all=1', name: 'größer' });
});

test('a daemon that is not there, does not run, or talks nonsense is said in words', async (t) => {
  const absent = await rejects(
    ask('/nowhere/daemon.sock', '/info', forever),
    /^nobody answers at \/nowhere\/daemon\.sock: there is no such socket$/,
  );
  assert.equal(absent.absent, true);
  const dead = join(await folderFor(t), 'dead.sock');
  await writeFile(dead, '');
  const refused = await rejects(
    ask(dead, '/info', forever),
    /^nobody answers at .*dead\.sock: its daemon does not run$/,
  );
  assert.equal(refused.absent, false);
  const path = await daemon(t, (request, answer) => {
    if (request.url === '/text') return void answer.end('<html>');
    if (request.url === '/half') return void answer.write('{', () => answer.destroy());
    if (request.url?.startsWith('/500')) return void answer.writeHead(500).end('oops');
    const flood = () => void answer.write(Buffer.alloc(1024 * 1024));
    answer.on('drain', flood);
    flood();
  });
  const failed = await rejects(ask(path, '/500?all=1', forever), /daemon\.sock answered \/500 with status 500$/);
  assert.equal(failed.status, 500);
  await rejects(ask(path, '/text', forever), /daemon\.sock answered \/text with something that is no JSON$/);
  await rejects(ask(path, '/half', forever), /daemon\.sock broke off its answer to \/half: aborted$/);
  await rejects(ask(path, '/flood', forever), /daemon\.sock answered \/flood with more than 33554432 bytes$/);
  const ssh = await listening(
    t,
    createRawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
  );
  await rejects(ask(ssh, '/info', forever), /daemon\.sock does not answer: .*Parse Error/);
});

test('a daemon that never answers, or never ends its answer, is given up in words, or when it is called off', async (t) => {
  const path = await daemon(t, (request, answer) => {
    if (request.url === '/half') answer.write('{');
  });
  await rejects(ask(path, '/silent?all=1', forever, 100), /daemon\.sock did not answer \/silent within 100 ms$/);
  await rejects(ask(path, '/half', forever, 100), /daemon\.sock did not answer \/half within 100 ms$/);
  await assert.rejects(ask(path, '/silent', AbortSignal.abort()), { name: 'AbortError' });
  for (const url of ['/silent', '/half']) {
    const calledOff = new AbortController();
    const asked = ask(path, url, calledOff.signal);
    setTimeout(() => calledOff.abort(), 50);
    await assert.rejects(asked, { name: 'AbortError' });
    await assert.rejects(
      hear(path, url, AbortSignal.timeout(50), () => assert.fail()),
      { name: 'TimeoutError' },
    );
  }
});

test('objects are heard as they come, however they are cut; what is none, and a line without end, is left out', async (t) => {
  const heard: unknown[] = [];
  let open = () => {};
  const path = await daemon(t, (_, answer) => {
    answer.write('{"a"');
    open = () => {
      answer.write(':1}\nnull\n7\nnonsense\n\n{"b":2}\n');
      answer.write('x'.repeat(2_000_000));
      answer.end('\n{"c":3}\n');
    };
    setTimeout(() => open(), 20);
  });
  await hear(path, '/events', forever, (one) => heard.push(one));
  assert.equal(JSON.stringify(heard), '[{"a":1},{"b":2},{"c":3}]');
  const broken = await daemon(t, (_, answer) => void answer.write('{"d":4}\n{', () => answer.destroy()));
  await rejects(
    hear(broken, '/events?since=1', forever, (one) => heard.push(one)),
    /daemon\.sock broke off its answer to \/events: aborted$/,
  );
  assert.deepEqual(heard.at(-1), { d: 4 });
});

test('a socket is one, and so is a link', async (t) => {
  const path = await daemon(t, () => {});
  const folder = await folderFor(t);
  await symlink(path, join(folder, 'link'));
  await writeFile(join(folder, 'file'), '');
  assert.deepEqual(await Promise.all([path, join(folder, 'link'), join(folder, 'file'), '/nowhere'].map(isSocket)), [
    true,
    true,
    false,
    false,
  ]);
});
