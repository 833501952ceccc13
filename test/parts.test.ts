import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../config/config.ts';
import type { Part } from '../model/part.ts';
import { type Route, say } from '../model/route.ts';
import { createParts } from '../parts.ts';
import { FakeClock } from './fake-clock.ts';

const CONFIG = { title: 'one' } as Config;

function boxOfParts(signal?: AbortSignal) {
  const logged: string[] = [];
  const context = {
    clock: new FakeClock(),
    log: (message: string) => void logged.push(message),
    stateFolder: '/nonexistent',
    version: '1.2.3',
    config: CONFIG,
    redact: (text: string) => text,
  };
  return { parts: createParts(context, signal), logged };
}

/** A part that writes down what it is told. */
function noting(name: string, told: string[], more: Partial<Part<Config>> = {}): Part<Config> {
  return {
    configure: ({ title }) => void told.push(`${name}: ${title}`),
    stop: () => void told.push(`${name} stops`),
    ...more,
  };
}

test('parts are configured in the order they were opened, and stopped in the reverse', async () => {
  const { parts } = boxOfParts();
  const told: string[] = [];
  for (const name of ['ledger', 'checks', 'site']) await parts.open(name, () => noting(name, told));
  await parts.begin(CONFIG);
  await parts.stop();
  assert.deepEqual(told, ['ledger: one', 'checks: one', 'site: one', 'site stops', 'checks stops', 'ledger stops']);
});

test('a part that cannot take up a config is said, makes the box ill, and keeps no other from it', async () => {
  const { parts, logged } = boxOfParts();
  const told: string[] = [];
  const configure = ({ title }: Config) => {
    if (title === 'two') throw new Error('no such mailbox');
    told.push(`mail: ${title}`);
  };
  await parts.open('ledger', () => noting('ledger', told));
  await parts.open('mail', () => noting('mail', told, { configure }));
  await parts.open('site', () => noting('site', told));
  await parts.begin(CONFIG);
  const problem = 'mail: this config could not be taken up: no such mailbox';
  assert.deepEqual(await parts.configure({ ...CONFIG, title: 'two' }, { first: false, changed: [] }), [problem]);
  assert.deepEqual([logged, parts.problems()], [[problem], [problem]]);
  assert.deepEqual(told.slice(3), ['ledger: two', 'site: two']);
  assert.deepEqual(await parts.configure({ ...CONFIG, title: 'three' }, { first: false, changed: [] }), []);
  assert.deepEqual(parts.problems(), []);
  await parts.stop();
});

test('at the start a part that cannot take up the config ends the start, and what was opened is stopped', async () => {
  const { parts } = boxOfParts();
  const told: string[] = [];
  const configure = () => Promise.reject(new Error('no such mailbox'));
  await parts.open('ledger', () => noting('ledger', told));
  await parts.open('mail', () => noting('mail', told, { configure }));
  await assert.rejects(parts.begin(CONFIG), { message: 'no such mailbox' });
  await parts.stop();
  assert.deepEqual(told, ['ledger: one', 'mail stops', 'ledger stops']);
});

test('one that does not stop keeps no other open, and a part knows when the box begins to stop', async () => {
  const { parts } = boxOfParts();
  const told: string[] = [];
  await parts.open('ledger', ({ stopping }) => {
    stopping.addEventListener('abort', () => told.push('stopping'));
    return noting('ledger', told);
  });
  await parts.open('site', () => noting('site', told, { stop: () => Promise.reject(new Error('stuck')) }));
  await assert.rejects(parts.stop(), { message: 'stuck' });
  assert.deepEqual(told, ['stopping', 'ledger stops']);
});

test('a start that was called off opens nothing more', async () => {
  const ending = new AbortController();
  const { parts } = boxOfParts(ending.signal);
  await parts.open('ledger', () => ({ stop() {} }));
  ending.abort(new Error('called off'));
  await assert.rejects(
    parts.open('storage', () => assert.fail('it was opened')),
    { message: 'called off' },
  );
  await parts.stop();
});

test('a listener has the routes that are for it, and no two parts answer the same', async () => {
  const { parts } = boxOfParts();
  const route = (path: string, ...on: Route['on']): Route => ({
    on,
    for: 'readers',
    methods: ['GET'],
    path,
    handle: () => say(200, path),
  });
  await parts.open('site', () => ({ routes: [route('/*', 'box', 'public')], stop() {} }));
  await parts.open('checks', () => ({ routes: [route('/standings', 'admin')], stop() {} }));
  const pathsOn = (listener: 'box' | 'public' | 'admin') => parts.routes(listener).map(({ path }) => path);
  assert.deepEqual([pathsOn('box'), pathsOn('public'), pathsOn('admin')], [['/*'], ['/*'], ['/standings']]);
  await parts.open('wall', () => ({ routes: [route('/*', 'box')], stop() {} }));
  assert.throws(() => parts.routes('box'), { message: 'two parts answer GET /*' });
  await parts.stop();
});
