import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { ask } from '../../../exporters/changes/unix-socket.ts';
import { until } from '../../integration/until.ts';
import { exporterFor, machineFor } from './machine.ts';

async function daemon(t: TestContext, listener: RequestListener) {
  const machine = await machineFor(t, { 'var/log/dpkg.log': '' });
  const socket = machine.at('daemon.sock');
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(socket, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { socket, machine };
}

test('a daemon that never answers, or never ends its answer, is given up in words', async (t) => {
  const { socket } = await daemon(t, (request, response) => {
    if (request.url === '/half') response.write('{');
  });
  const never = new AbortController().signal;
  await assert.rejects(ask(socket, '/silent', never, 100), /daemon\.sock did not answer \/silent within 100 ms$/);
  await assert.rejects(ask(socket, '/half', never, 100), /daemon\.sock did not answer \/half within 100 ms$/);
  const stopped = AbortSignal.abort(new Error('the exporter is stopping'));
  await assert.rejects(ask(socket, '/silent', stopped), { name: 'AbortError' });
});

test('an answer that is an error, no JSON, or has no end is an error', async (t) => {
  const { socket } = await daemon(t, (request, response) => {
    if (request.url === '/404') return void response.writeHead(404).end('{}');
    if (request.url === '/text') return void response.end('hello');
    const flood = () => void response.write(Buffer.alloc(1024 * 1024));
    response.on('drain', flood);
    flood();
  });
  const signal = AbortSignal.timeout(20_000);
  await assert.rejects(ask(socket, '/404', signal), /answers \/404 with status 404/);
  await assert.rejects(ask(socket, '/text', signal), SyntaxError);
  await assert.rejects(ask(socket, '/flood', signal), /answers \/flood with more than 33554432 bytes/);
});

test('a Docker that hangs holds up no other source', async (t) => {
  const { socket, machine } = await daemon(t, () => {});
  const box = await exporterFor(t, machine.root, { socket });
  const began = performance.now();
  const collect = () => box.collect(AbortSignal.timeout(300));
  await collect();
  for (const name of ['one', 'two']) {
    await appendFile(
      machine.at('var/log/dpkg.log'),
      `${new Date().toISOString().slice(0, 19).replace('T', ' ')} install ${name}:all <none> 1\n`,
    );
    await until(
      async () => {
        await collect();
        return box.told.some(({ what }) => what === name);
      },
      5_000,
      `${name} is told`,
    );
  }
  assert.ok(performance.now() - began < 15_000);
  assert.match(await readFile(machine.at('state/tally.json'), 'utf8'), /"package":\{"total":2/);
});
