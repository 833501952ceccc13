import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { type TestContext, test } from 'node:test';
import { openOwnChanges } from '../../collector/own-changes.ts';
import type { Config } from '../../config/config.ts';
import { readConfig } from '../../config/read.ts';
import { createRedactor } from '../../model/redact.ts';
import { MINUTE } from '../../model/time.ts';
import { ledgerFor, START, viewOf } from './ledger/open-ledger.ts';

/** What a box is told at its start. */
const START_OF_BOX = { first: true, changed: [] };

async function boxFor(t: TestContext) {
  const { ledger, clock, folder } = await ledgerFor(t);
  const troubles: string[] = [];
  const redact = createRedactor(['hunter2']);
  const log = (message: string) => void troubles.push(message);
  const own = openOwnChanges({ ledger, clock, redact, log, version: '0.1.0' });
  /** A box of another version, on the same ledger. */
  const newer = openOwnChanges({ ledger, clock, redact, log, version: '0.2.0' });
  const told = (wanted?: string) => {
    using view = viewOf(folder);
    return view.changes
      .between(0, Number.MAX_SAFE_INTEGER, 100)
      .filter(({ kind }) => wanted === undefined || kind === wanted)
      .map(({ at, kind, what, from, to, detail }) => ({ at: at - START, kind, what, from, to, detail }));
  };
  return { own, newer, clock, told, ledger, folder, troubles };
}

async function configOf(url: string, env: Record<string, string> = {}): Promise<Config> {
  const read = await readConfig([{ file: 'a.yml', text: `monitors: { web: { http: "${url}" } }` }], env, () => '');
  assert.ok('config' in read, JSON.stringify(read));
  return read.config;
}

test('a version is recorded when another ran last, and not at each start', async (t) => {
  const { own, newer, clock, told } = await boxFor(t);
  const config = await configOf('http://one.test/');
  await own.configure(config, START_OF_BOX);
  await clock.advance(MINUTE);
  await own.configure(config, START_OF_BOX);
  await newer.configure(config, START_OF_BOX);
  const version = { kind: 'version', what: 'signalbox', detail: undefined };
  assert.deepEqual(told('version'), [
    { at: MINUTE, ...version, from: '0.1.0', to: '0.2.0' },
    { at: 0, ...version, from: undefined, to: '0.1.0' },
  ]);
});

test('a config edited while the box was off is noticed at the start, one edited meanwhile is told in words', async (t) => {
  const { own, clock, told } = await boxFor(t);
  await own.configure(await configOf('http://one.test/'), START_OF_BOX);
  await clock.advance(MINUTE);
  await own.configure(await configOf('http://one.test/'), START_OF_BOX);
  assert.equal(told('config').length, 1);
  await own.configure(await configOf('http://two.test/'), { first: false, changed: ['web'], words: 'changed web' });
  await clock.advance(MINUTE);
  await own.configure(await configOf('http://two.test/'), START_OF_BOX);
  await own.configure(await configOf('http://three.test/'), START_OF_BOX);
  assert.deepEqual(
    told('config').map(({ at, kind, detail }) => [at, kind, detail]),
    [
      [2 * MINUTE, 'config', 'changed while the box was off'],
      [MINUTE, 'config', 'changed web'],
      [0, 'config', 'read for the first time'],
    ],
  );
});

test("a secret's text is no part of the config's fingerprint", async (t) => {
  const { own, told } = await boxFor(t);
  const withToken = (token: string) => configOf(`http://one.test/?t=\${TOKEN}`, { TOKEN: token });
  await own.configure(await withToken('first-token'), START_OF_BOX);
  await own.configure(await withToken('second-token'), START_OF_BOX);
  assert.equal(told('config').length, 1);
});

test('what exporters tell is kept without secrets and control characters', async (t) => {
  const { own, told } = await boxFor(t);
  await own.changed([
    {
      at: START,
      kind: 'package',
      what: 'cu\u001b[31mrl\n',
      from: 'hunter2',
      to: '2\u202e',
      detail: 'apt -o pass=hunter2\nline\u0007 two',
    },
  ]);
  assert.deepEqual(told(), [
    {
      at: 0,
      kind: 'package',
      what: 'cu [31mrl',
      from: '[hidden]',
      to: '2',
      detail: 'apt -o pass=[hidden]\nline two',
    },
  ]);
});

test('a ledger that cannot be written is said, and the box goes on', async (t) => {
  const { own, ledger, troubles } = await boxFor(t);
  await ledger.close();
  await own.configure(await configOf('http://one.test/'), START_OF_BOX);
  assert.match(troubles.join(), /^that the version is another could not be recorded: /);
});

test('a change names the machine it was made on, and the same change on another is another', async (t) => {
  const { own, ledger, clock, folder } = await boxFor(t);
  const log = () => {};
  const other = openOwnChanges({ ledger, clock, redact: (text) => text, log, version: '0.1.0', machine: 'nas' });
  const change = { at: START, kind: 'package', what: 'curl', from: '8.0', to: '8.1' } as const;
  for (const box of [own, other, own]) await box.changed([change]);
  using view = viewOf(folder);
  const kept = view.changes.between(START, START + MINUTE, 10);
  assert.deepEqual(kept.map(({ machine }) => machine).sort(), [hostname(), 'nas'].sort());
  assert.equal(view.changes.before(START + MINUTE).length, 2, 'and what each of them did is told apart');
});
