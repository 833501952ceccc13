import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClock } from '../../../collector/clock.ts';
import { lookApart } from '../../../exporters/docker-firewall/look-apart.ts';
import { startTriggers } from '../../../exporters/docker-firewall/trigger/triggers.ts';
import { DAY } from '../../../model/time.ts';
import { until } from '../../integration/until.ts';

/** A Docker that says which version it speaks, and else what the test says. */
async function engine(t: TestContext, answer: RequestListener): Promise<{ socket: string; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-engine-'));
  const socket = join(folder, 'docker.sock');
  const server = createServer((request, reply) => {
    if (request.url === '/version') reply.end('{"ApiVersion":"1.41","MinAPIVersion":"1.24"}');
    else answer(request, reply);
  });
  await new Promise<void>((resolve) => void server.listen(socket, resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });
  return { socket, folder };
}

const event = (name: string, at = Date.now()) =>
  `${JSON.stringify({ Type: 'container', Action: 'start', Actor: { Attributes: { name } }, timeNano: at * 1e6 })}\n`;

test('events ask for a look at once, many of them for one more, and a stream that breaks is taken up where it was', async (t) => {
  const asked: URL[] = [];
  const { socket } = await engine(t, (request, answer) => {
    asked.push(new URL(request.url ?? '/', 'http://docker'));
    for (let time = 0; time < 50; time++) answer.write(event(`web${asked.length}`));
    if (asked.length === 1) answer.end();
  });
  let looks = 0;
  const troubles: string[] = [];
  const triggers = startTriggers({
    clock: createClock(),
    socket,
    soon: () => void looks++,
    onTrouble: (words) => void troubles.push(words),
  });
  t.after(() => triggers.stop());
  await until(() => asked.length === 2, 60_000, 'it asks again');
  await until(() => triggers.explained().includes('start container web2'), 60_000, 'the second stream is heard');
  assert.ok(triggers.explained().includes('start daemon docker'), 'a daemon that starts again tells nobody');
  assert.equal(looks, 1, 'all within five seconds are one');
  assert.equal(asked[0]?.searchParams.get('since'), null);
  assert.ok(Math.abs(Number(asked[1]?.searchParams.get('since')) - Date.now() / 1_000) < 10);
  assert.ok(!asked[0]?.searchParams.get('filters')?.includes('exec'), 'health checks are not asked for');
  assert.deepEqual(troubles, []);
});

test('an event that was dated by a clock ahead explains nothing once the clock is right', async (t) => {
  const { socket } = await engine(t, (_request, answer) => {
    answer.write(event('ahead', Date.now() + 3 * DAY));
    answer.write(event('web'));
  });
  const triggers = startTriggers({ clock: createClock(), socket, soon: () => {}, onTrouble: () => {} });
  t.after(() => triggers.stop());
  await until(() => triggers.explained().includes('start container web'), 60_000, 'it is heard');
  assert.ok(triggers.explained().includes('start container ahead'));
  triggers.looked(false);
  assert.ok(!triggers.explained().includes('start container ahead'));
});

test('an engine that hangs ends the look at its deadline, and no process of it is left', async (t) => {
  const { socket, folder } = await engine(t, () => {});
  const began = performance.now();
  const task = { at: Date.now(), folder, socket, explained: [] };
  await assert.rejects(lookApart(task, createClock(), AbortSignal.timeout(1_500)), /timeout|aborted/i);
  assert.ok(performance.now() - began < 8_000);
  assert.deepEqual(await readdir(folder), ['docker.sock'], 'nothing is remembered of half a look');
});
