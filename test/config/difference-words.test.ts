import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigWithTexts } from '../../config/difference.ts';
import { differenceInWords } from '../../config/difference-words.ts';
import { readConfig } from '../../config/read.ts';
import { exporterKinds } from '../../exporters/index.ts';
import { fixtureKinds } from './fixture-kinds.ts';

async function configOf(
  text: string,
  env: Record<string, string> = { TOKEN: 'first-token' },
): Promise<ConfigWithTexts> {
  const read = await readConfig([{ file: 'signalbox.yml', text }], env, () => '', {
    probes: fixtureKinds,
    exporters: exporterKinds,
  });
  assert.ok('config' in read, JSON.stringify(read));
  return read;
}

const BEFORE = `
title: Before
monitors:
  shop: { web: "https://shop.test/", auth: { bearer: "\${TOKEN}" } }
  door: { lock: "door.test:443" }
  gone: { lock: "door.test:443" }
exporters: { changes: {} }
`;

test('what an edit did is said in one line: monitors, exporters, the title, what needs a restart', async () => {
  const after = `
title: After
listen: 9000
monitors:
  shop: { web: "https://shop.test/", auth: { bearer: "\${TOKEN}" }, title: The shop }
  door: { lock: "door.test:443" }
  new: { lock: "door.test:443" }
exporters: { changes: { every: 1m }, host: {} }
`;
  assert.equal(
    differenceInWords(await configOf(BEFORE), await configOf(after)),
    'added new; removed gone; changed shop; added exporter host; changed exporter changes; title is After now, was Before; listen is 9000 now, was 8300',
  );
});

test('a config that says the same says nothing; a secret that was rotated is not told', async () => {
  assert.equal(differenceInWords(await configOf(BEFORE), await configOf(`# a comment\n${BEFORE}`)), undefined);
  const rotated = differenceInWords(await configOf(BEFORE), await configOf(BEFORE, { TOKEN: 'second-token' }));
  assert.equal(rotated, 'changed shop');
});

test('of five hundred monitors twenty are named', async () => {
  const many = Array.from({ length: 500 }, (_, index) => `  m${index}: { lock: "door.test:443" }\n`).join('');
  const words = differenceInWords(await configOf(BEFORE), await configOf(`${BEFORE.split('exporters')[0]}${many}`));
  assert.match(words ?? '', /^added m0, m1, .*, m19 and 480 more; removed exporter changes$/);
});
