import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClock } from '../../collector/clock.ts';
import { type DockerEvent, dockerSocketPath, openDocker, prefixOf } from '../../programs/docker.ts';
import { followDocker } from '../../programs/docker-events.ts';
import { NoAnswer } from '../../programs/unix-socket.ts';
import { startDockerHost } from '../integration/docker-host.ts';
import { until } from '../integration/until.ts';
import { requireProgram } from '../require-program.ts';

const forever = new AbortController().signal;

/** A daemon that answers as the test says, and says that it speaks 1.24 to 1.41, as Podman 4 does. */
async function daemon(t: TestContext, answer: RequestListener, version: object = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-docker-'));
  const asked: string[] = [];
  const server = createServer((request, reply) => {
    asked.push(request.url ?? '');
    const components = [{ Name: 'Podman Engine' }];
    const said = { Version: '4.3.1', ApiVersion: '1.41', MinAPIVersion: '1.24', Components: components, ...version };
    if (request.url === '/version') reply.end(JSON.stringify(said));
    else answer(request, reply);
  });
  const socket = join(folder, 'docker.sock');
  await new Promise<void>((resolve) => void server.listen(socket, resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  return { socket, asked };
}

test('the newest version that both know is spoken', () => {
  const prefix = (api: string, oldestApi: string) => prefixOf({ api, oldestApi });
  assert.equal(prefix('1.41', '1.24'), '/v1.41');
  assert.equal(prefix('1.99', '1.44'), '/v1.52');
  assert.equal(prefix('1.99', '1.60'), '/v1.60', 'a daemon that has given up ours is asked in its oldest');
  assert.equal(prefix('', ''), '');
});

test('the version is agreed upon once, and again when the daemon is another', async (t) => {
  let known = '/v1.41';
  const { socket, asked } = await daemon(t, (request, reply) => {
    reply.statusCode = request.url?.startsWith(known) ? 200 : 400;
    reply.end('[]');
  });
  const docker = openDocker(socket);
  assert.deepEqual(await Promise.all([docker.get('/containers/json', forever), docker.get('/networks', forever)]), [
    [],
    [],
  ]);
  assert.deepEqual(asked.toSorted(), ['/v1.41/containers/json', '/v1.41/networks', '/version']);
  known = '/v1.40';
  await assert.rejects(docker.get('/networks', forever), (error) => error instanceof NoAnswer && error.status === 400);
  await docker.get('/networks', forever).catch(() => {});
  assert.equal(asked.filter((one) => one === '/version').length, 2);
});

test('who asks and gives up takes nobody with it', async (t) => {
  const { socket } = await daemon(t, (_request, reply) => void reply.end('[]'));
  const docker = openDocker(socket);
  const impatient = new AbortController();
  const first = docker.get('/networks', impatient.signal);
  const second = docker.get('/networks', forever);
  impatient.abort(new Error('never mind'));
  await assert.rejects(first, /never mind/);
  assert.deepEqual(await second, []);
});

test('what a daemon says of itself, Podman too', async (t) => {
  const podman = openDocker((await daemon(t, () => {})).socket);
  const { engine, api, oldestApi, isPodman } = await podman.version(forever);
  assert.deepEqual([engine, api, oldestApi, isPodman], ['4.3.1', '1.41', '1.24', true]);
  const odd = openDocker((await daemon(t, () => {}, { Version: 7, Components: 'none' })).socket);
  assert.deepEqual(await odd.version(forever).then((one) => [one.engine, one.isPodman]), ['', false]);
});

test('a stream that ends is taken up where it was, and nothing is told twice', async (t) => {
  const event = (name: string, nanos: number) =>
    `${JSON.stringify({ Type: 'container', Action: 'start', Actor: { ID: name, Attributes: { name } }, timeNano: nanos })}\n`;
  const { socket, asked } = await daemon(t, (_request, reply) => {
    const streams = asked.filter((one) => one.includes('/events')).length;
    reply.write('no JSON\n{"Type":"container"}\n');
    reply.write(event('one', 1_000_000_000) + event('two', 2_000_000_000));
    if (streams === 1) reply.end();
    else reply.write(event('also two', 2_000_000_000) + event('three', 3_000_000_000));
  });
  const told: string[] = [];
  let opened = 0;
  const ending = new AbortController();
  const over = followDocker(openDocker(socket), {
    types: ['container'],
    actions: ['start'],
    clock: createClock(),
    signal: ending.signal,
    since: 2_000,
    onOpen: () => void opened++,
    onEvent: ({ id }) => void told.push(id),
    onTrouble: assert.fail,
  });
  await until(() => told.includes('three'));
  ending.abort();
  await over;
  assert.equal(opened, 2);
  assert.deepEqual(told, ['one', 'two', 'also two', 'three']);
  const streams = asked
    .filter((one) => one.includes('/events'))
    .map((one) => new URL(one, 'http://docker').searchParams);
  assert.deepEqual(
    streams.map((one) => Number(one.get('since'))),
    [2, 2],
  );
  assert.equal(streams[0]?.get('filters'), '{"type":["container"],"event":["start"]}');
});

test('a real dockerd, over its restart: what is asked, and each event once', async (t) => {
  const needs = ['dockerd', 'containerd', 'runc', 'busybox', 'ip', 'iptables'];
  if (!needs.every((program) => requireProgram(program, t) !== undefined)) return;
  await using host = await startDockerHost({ backend: 'nft' });
  const docker = openDocker(host.socket);
  const { engine, isPodman } = await docker.version(forever);
  assert.match(engine, /^\d+\.\d+/);
  assert.equal(isPodman, false);
  const events: DockerEvent[] = [];
  let opened = 0;
  const ending = new AbortController();
  const over = followDocker(docker, {
    types: ['container'],
    actions: ['start', 'die'],
    clock: createClock(),
    signal: ending.signal,
    onOpen: () => void opened++,
    onEvent: (event) => void events.push(event),
    onTrouble: () => {},
  });
  await until(() => opened === 1);
  await host.startContainer({ name: 'web' });
  await until(() => events.length === 1);
  await host.restart();
  await until(() => opened === 2, 120_000, 'the new daemon is heard');
  await host.startAgain({ name: 'web' });
  await until(() => events.filter(({ action }) => action === 'start').length === 2);
  assert.deepEqual(
    events.map(({ action, attributes }) => [action, attributes.name]),
    [
      ['start', 'web'],
      ['die', 'web'],
      ['start', 'web'],
    ],
  );
  assert.equal(((await docker.get('/containers/json', forever)) as unknown[]).length, 1);
  ending.abort();
  await over;
});

test('where the socket is', () => {
  assert.equal(dockerSocketPath('unix:///run/docker.sock', ''), '/run/docker.sock');
  assert.equal(dockerSocketPath('/run/docker.sock', ''), '/run/docker.sock');
  assert.equal(dockerSocketPath(undefined, 'unix:///run/user/1000/docker.sock'), '/run/user/1000/docker.sock');
  assert.equal(dockerSocketPath(undefined, ''), '/var/run/docker.sock');
  assert.throws(() => dockerSocketPath(undefined, 'tcp://10.0.0.7:2375'), /wanted unix:\/\/PATH/);
});
