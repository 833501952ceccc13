import assert from 'node:assert/strict';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { openDoor } from '../../../collector/server/door.ts';
import { type HeartbeatCalls, heartbeatRoutes, LOG_BYTES } from '../../../collector/server/heartbeats.ts';
import type { Pulse } from '../../../model/ledger.ts';
import { Secret } from '../../../model/secret.ts';

const NOW = Date.UTC(2026, 10, 20, 3, 37);

async function boxWith(t: TestContext, calls: Partial<HeartbeatCalls> = {}) {
  const kept: Pulse[] = [];
  const refused: string[] = [];
  const known = new Map<string, { token: Secret | 'none' }>([
    ['backup', { token: 'none' }],
    ['offsite copy', { token: 'none' }],
    ['guarded', { token: new Secret('s3cret') }],
  ]);
  const door = await openDoor(
    { host: '127.0.0.1', port: 0 },
    heartbeatRoutes({
      known: (name) => known.get(name),
      keep: async (pulse) => void kept.push(pulse),
      now: () => NOW,
      onRefused: (name, why) => refused.push(`${name}: ${why}`),
      ...calls,
    }),
  );
  t.after(() => door.close());
  const send = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`${door.url}heartbeat/${path}`, init);
    return { status: answer.status, text: (await answer.text()).trim() };
  };
  return { door, kept, refused, send };
}

test('a job reports its start, its success and its failure, by GET and by POST', async (t) => {
  const { kept, send } = await boxWith(t);
  assert.deepEqual(await send('backup/start'), { status: 200, text: 'start' });
  assert.deepEqual(await send('backup/ok', { method: 'POST' }), { status: 200, text: 'ok' });
  assert.deepEqual(await send('offsite%20copy/fail?exit=23'), { status: 200, text: 'fail, exit code 23' });
  assert.deepEqual(kept, [
    { monitor: 'backup', at: NOW, signal: 'start' },
    { monitor: 'backup', at: NOW, signal: 'ok' },
    { monitor: 'offsite copy', at: NOW, signal: 'fail', exitCode: 23 },
  ]);
});

test('an exit code is success or failure by itself', async (t) => {
  const { kept, send } = await boxWith(t);
  assert.equal((await send('backup/0')).text, 'ok, exit code 0');
  assert.equal((await send('backup/255')).text, 'fail, exit code 255');
  assert.equal((await send('backup/ok?exit=1')).text, 'fail, exit code 1');
  assert.deepEqual(
    kept.map(({ signal, exitCode }) => [signal, exitCode]),
    [
      ['ok', 0],
      ['fail', 255],
      ['fail', 1],
    ],
  );
});

test('what is no signal is refused in words and not kept', async (t) => {
  const { kept, send } = await boxWith(t);
  for (const path of ['backup/done', 'backup/256', 'backup/ok?exit=-1', 'backup/ok?exit=one', 'backup/fail?exit=']) {
    const { status, text } = await send(path);
    assert.equal(status, 400, path);
    assert.match(text, /wanted\.$/, path);
  }
  assert.equal((await send('backup')).status, 404);
  assert.deepEqual(kept, []);
});

test('a guarded heartbeat takes its token as bearer or in the address, and nothing else', async (t) => {
  const { kept, refused, send } = await boxWith(t);
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  assert.equal((await send('guarded/ok', bearer('s3cret'))).status, 200);
  assert.equal((await send('guarded/ok?token=s3cret')).status, 200);
  assert.equal(kept.length, 2);
  const wrong = [
    await send('guarded/ok'),
    await send('guarded/ok?token=s3cre'),
    await send('guarded/ok', bearer('S3cret')),
  ];
  const stranger = await send('gaurded/ok?token=s3cret');
  for (const answer of wrong) assert.deepEqual(answer, stranger, 'a stranger learns which names there are');
  assert.equal(stranger.status, 404);
  assert.equal(kept.length, 2);
  assert.deepEqual(refused, [
    'guarded: it came without its token',
    'gaurded: no heartbeat has this name (and 2 more refusals since the last one said)',
  ]);
});

test('a stranger who tries names all night does not fill the log', async (t) => {
  let now = NOW;
  const { refused, send } = await boxWith(t, { now: () => now });
  for (let name = 0; name < 40; name++) await send(`name${name}/ok`);
  assert.equal(refused.length, 10);
  now += 60_000;
  await send('backup2/ok');
  assert.equal(refused.at(-1), 'backup2: no heartbeat has this name (and 30 more refusals since the last one said)');
});

test('the end of the log is kept, without what steers a terminal', async (t) => {
  const { kept, send } = await boxWith(t);
  await send('backup/fail', { method: 'POST', body: '\u001b[31mcopying\u0007\r\nno space left\n\n' });
  assert.equal(kept[0]?.log, 'copying\nno space left');
  await send('backup/fail', { method: 'POST', body: `${'é'.repeat(40_000)}end` });
  assert.ok((kept[1]?.log ?? '').endsWith('éend'));
  assert.ok(Buffer.byteLength(kept[1]?.log ?? '') <= LOG_BYTES);
  assert.doesNotMatch(kept[1]?.log ?? '', /\ufffd/);
});

test('a log of 300 MB is let go by in constant memory and answered in the end', async (t) => {
  const { door, kept } = await boxWith(t);
  const before = process.memoryUsage.rss();
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sending = request(`${door.url}heartbeat/backup/ok`, { method: 'POST' }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    sending.on('error', reject);
    const chunk = Buffer.alloc(1_000_000, 'x');
    let left = 300;
    const pour = () => {
      while (left-- > 0) if (!sending.write(chunk)) return void sending.once('drain', pour);
      sending.end('the end');
    };
    pour();
  });
  assert.equal(status, 200);
  assert.equal(kept[0]?.log?.length, LOG_BYTES);
  assert.ok(kept[0]?.log?.endsWith('xxxthe end'));
  assert.ok(process.memoryUsage.rss() - before < 150e6);
});

test('a heartbeat that could not be kept is not acknowledged', async (t) => {
  const { send } = await boxWith(t, { keep: () => Promise.reject(new Error('disk full')) });
  const { status, text } = await send('backup/ok');
  assert.equal(status, 503);
  assert.doesNotMatch(text, /disk full/);
});

test('a heartbeat is answered only after it is durable', async (t) => {
  let durable = () => {};
  const keeping = new Promise<void>((resolve) => {
    durable = resolve;
  });
  let began = () => {};
  const called = new Promise<void>((resolve) => {
    began = resolve;
  });
  const { send } = await boxWith(t, {
    keep: () => {
      began();
      return keeping;
    },
  });
  let answered = false;
  const answer = send('backup/ok').then((one) => {
    answered = true;
    return one;
  });
  await called;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answered, false);
  durable();
  assert.equal((await answer).status, 200);
});

test('a thousand heartbeats at once are all kept', async (t) => {
  const { door, kept } = await boxWith(t);
  const one = (index: number) =>
    new Promise<number | undefined>((resolve, reject) => {
      const path = `${door.url}heartbeat/backup/${index % 256}`;
      const sending = request(path, { method: 'POST', agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      });
      sending.on('error', reject);
      sending.end(`log of run ${index}`);
    });
  const statuses = await Promise.all(Array.from({ length: 1_000 }, (_, index) => one(index)));
  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(new Set(kept.map((pulse) => pulse.log)).size, 1_000);
});

test("another site's page cannot report for a job", async (t) => {
  const { kept, send } = await boxWith(t);
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { referer: 'http://elsewhere.test/' }])
    assert.equal((await send('backup/ok', { headers })).status, 403);
  assert.deepEqual(kept, []);
});

test('a heartbeat without a token, of which the config does not say that it needs none, takes no reports', async (t) => {
  const { kept, refused, send } = await boxWith(t, { known: () => ({}) });
  assert.equal((await send('backup/ok')).status, 404);
  assert.deepEqual([kept, refused], [[], ['backup: no heartbeat has this name']]);
});

test('a job that breaks off in its log is not taken for one that has reported', async (t) => {
  const { door, kept } = await boxWith(t);
  await new Promise<void>((resolve) => {
    const sending = request(`${door.url}heartbeat/backup/ok`, { method: 'POST' });
    sending.on('error', () => resolve());
    sending.write('half a l');
    setTimeout(() => sending.destroy(), 100);
  });
  await door.close();
  assert.deepEqual(kept, []);
});
