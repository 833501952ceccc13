import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createRawServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  askDocker,
  DockerUnavailable,
  dockerSocketPath,
  hearDocker,
} from '../../../exporters/docker-firewall/docker-api.ts';

const forever = new AbortController().signal;

/** An engine that answers as the test says. */
async function engine(t: TestContext, answer: RequestListener): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-engine-'));
  const path = join(folder, 'docker.sock');
  const server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  return path;
}

test('the socket is the setting, else DOCKER_HOST, else where Docker puts it', () => {
  assert.equal(dockerSocketPath('/a.sock', 'unix:///b.sock'), '/a.sock');
  assert.equal(dockerSocketPath('unix:///a.sock'), '/a.sock');
  assert.equal(dockerSocketPath(undefined, 'unix:///run/user/1000/docker.sock'), '/run/user/1000/docker.sock');
  assert.equal(dockerSocketPath(undefined, ''), '/var/run/docker.sock');
  assert.throws(() => dockerSocketPath(undefined, 'ssh://host'), /DOCKER_HOST is "ssh:\/\/host": wanted unix:\/\/PATH/);
});

test('an engine that is not there, does not run, refuses, or talks nonsense is said in words', async (t) => {
  const rejects = async (path: string, words: RegExp, absent = false) =>
    assert.rejects(askDocker(path, '/info', forever), (error) => {
      assert.ok(error instanceof DockerUnavailable);
      assert.match(error.message, words);
      assert.equal(error.absent, absent);
      return true;
    });
  await rejects('/nowhere/docker.sock', /^there is no Docker at \/nowhere\/docker\.sock$/, true);
  await rejects(
    await engine(t, (_, answer) => answer.writeHead(500).end('oops')),
    /^Docker answered \/info with status 500$/,
  );
  await rejects(await engine(t, (_, answer) => answer.end('<html>')), /^Docker's answer to \/info cannot be read/);
  await rejects(
    await engine(t, (_, answer) => {
      const more = () => {
        if (answer.destroyed) return;
        answer.write(Buffer.alloc(1e6, ' '));
        setImmediate(more);
      };
      more();
    }),
    /^Docker's answer to \/info has more than 16 MB$/,
  );
});

test('an engine that hangs is given up when it is called off', async (t) => {
  const path = await engine(t, () => {});
  const calledOff = new AbortController();
  const asked = askDocker(path, '/info', calledOff.signal);
  setTimeout(() => calledOff.abort(), 50);
  await assert.rejects(asked, /Docker does not answer/);
});

test('events are heard whole, however they are cut, and a line without end is not kept', async (t) => {
  const heard: unknown[] = [];
  const hear = (path: string) => hearDocker(path, '/events', { onEvent: (one) => heard.push(one), signal: forever });
  await hear(
    await engine(t, async (_, answer) => {
      for (const part of ['{"a"', ':1}\n{"b":2}\n{"c"', ':3}\n']) {
        answer.write(part);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      answer.end();
    }),
  );
  assert.deepEqual(heard, [{ a: 1 }, { b: 2 }, { c: 3 }]);
  const endless = await engine(t, (_, answer) => void answer.write('x'.repeat(300_000)));
  await assert.rejects(hear(endless), /has more than 262144 bytes/);
});

test('what is no HTTP at all is said', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-engine-'));
  const path = join(folder, 'docker.sock');
  const server = createRawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  t.after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  await assert.rejects(askDocker(path, '/info', forever), /Docker does not answer at .*Parse Error/);
});
