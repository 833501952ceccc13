import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfigWithTexts, differenceOf } from '../../config/difference.ts';
import { readConfig } from '../../config/read.ts';
import { fixtureKinds } from './fixture-kinds.ts';

async function configOf(
  text: string,
  env: Record<string, string> = { TOKEN: 'first-token' },
): Promise<ConfigWithTexts> {
  const read = await readConfig([{ file: 'signalbox.yml', text }], env, () => '', {
    probes: fixtureKinds,
    exporters: {},
  });
  assert.ok('config' in read, JSON.stringify(read));
  return read;
}

const BEFORE = `
title: Before
monitors:
  shop: { web: "https://shop.test/", every: 30s, auth: { bearer: "\${TOKEN}" } }
  door: { lock: "door.test:443" }
  nightly: { job: { grace: 1h } }
`;

test('the same file read again changes nothing', async () => {
  assert.deepEqual(differenceOf(await configOf(BEFORE), await configOf(BEFORE)), {
    added: [],
    removed: [],
    changed: [],
    kept: ['shop', 'door', 'nightly'],
    settings: [],
    restart: [],
  });
});

test('monitors that come, go, change and stay are told apart', async () => {
  const after = await configOf(`
monitors:
  door: { lock: "door.test:443", days: 30 }
  nightly: { title: At night, group: Jobs, job: { grace: 60m } }
  new: { web: "https://new.test/" }
`);
  const { added, removed, changed, kept, restart } = differenceOf(await configOf(BEFORE), after);
  assert.deepEqual(
    { added, removed, changed, kept, restart },
    {
      added: ['new'],
      removed: ['shop'],
      changed: ['door'],
      kept: ['nightly'],
      restart: [],
    },
  );
});

test('a secret that was rotated changes its monitor, and is not told', async () => {
  const before = await configOf(BEFORE);
  const difference = differenceOf(before, await configOf(BEFORE, { TOKEN: 'second-token' }));
  assert.deepEqual(difference.changed, ['shop']);
  assert.ok(!JSON.stringify(difference).includes('second'));
});

test('what only a restart can change is said in words', async () => {
  const after = await configOf(
    `listen: "[::]:9000"\npublic: { listen: 8080 }\nspool: { size: 1GB }\nstorage: { write: "http://vm:8428", read: "http://vm:8428" }${BEFORE}`,
  );
  assert.deepEqual(differenceOf(await configOf(BEFORE), after).restart, [
    'listen is [::]:9000 now, was 8300',
    'public.listen is 8080 now, was left out',
    'storage is another now',
    'spool.size is 1GB now, was 2GB',
  ]);
});
