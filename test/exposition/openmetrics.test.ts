import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExposition } from '../../exposition/read.ts';
import { INVALID } from './openmetrics-invalid.ts';
import { pageOf } from './openmetrics-pages.ts';
import { VALID } from './openmetrics-valid.ts';

const read = (text: string | Buffer) => readExposition(Buffer.from(text as string), { format: 'openmetrics' });

for (const [what, pages] of Object.entries(VALID))
  test(`OpenMetrics allows ${what}`, () => {
    for (const page of pages) assert.deepEqual(read(pageOf(page)).flaws, [], JSON.stringify(page));
  });

for (const [what, pages] of Object.entries(INVALID))
  test(`OpenMetrics forbids ${what}`, () => {
    for (const page of pages) {
      const { families, flaws } = read(pageOf(page));
      assert.equal(flaws.length, 1, JSON.stringify(page));
      assert.match(flaws[0]?.message ?? '', /^came .+, wanted .+/, JSON.stringify(page));
      assert.deepEqual(families, [], 'a text with a flaw is wrong as a whole');
    }
  });
