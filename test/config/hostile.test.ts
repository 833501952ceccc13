import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mistake } from '../../config/mistake.ts';
import { readConfig } from '../../config/read.ts';

async function mistakesIn(text: string): Promise<readonly Mistake[]> {
  const read = await readConfig([{ file: 'a.yml', text }], {}, () => {
    throw new Error('came a secret file that is not there');
  });
  return 'mistakes' in read ? read.mistakes : [];
}

const FINE = '{ http: "https://example.net/" }';

test('brackets nested by the ten thousand are a mistake with a place, not a crash', async () => {
  for (const text of ['['.repeat(50_000), `a: ${'{a: '.repeat(20_000)}`, '- '.repeat(20_000), '? '.repeat(20_000)]) {
    const mistakes = await mistakesIn(text);
    assert.ok(mistakes.length > 0 && mistakes.length < 10, `${text.slice(0, 10)}: ${mistakes.length}`);
    assert.ok(
      mistakes.some((mistake) => mistake.message.includes('deep')),
      mistakes[0]?.message,
    );
  }
});

test('aliases that grow into billions of values are stopped early', async () => {
  let text = `monitors: { web: ${FINE} }\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n`;
  for (let level = 1; level < 12; level++)
    text += `a${level}: &a${level} [${Array(10)
      .fill(`*a${level - 1}`)
      .join(', ')}]\n`;
  const mistakes = await mistakesIn(text);
  assert.ok(mistakes.some((mistake) => mistake.message.includes('more than 200000 values')));
});

test('no key reaches into the objects of the program', async () => {
  for (const key of ['__proto__', 'constructor', 'prototype', '$secret']) {
    const mistakes = await mistakesIn(
      `monitors: { web: ${FINE}, "${key}": { polluted: true } }\n"${key}": { polluted: true }\n`,
    );
    assert.equal(mistakes.filter((mistake) => mistake.message.includes('no setting may have')).length, 2, key);
    await mistakesIn(`monitors: { web: { <<: { "${key}": { polluted: true } }, http: x } }`);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  }
});

test('names like those of every object are names like any other', async () => {
  assert.deepEqual(await mistakesIn(`monitors: { toString: ${FINE}, valueOf: ${FINE}, hasOwnProperty: ${FINE} }`), []);
  const [mistake] = await mistakesIn(`monitors: { web: { http: "https://example.net/", toString: 1 } }`);
  assert.match(mistake?.message ?? '', /^came an unknown key/);
});

test('a chain of needs as long as the config is walked to its end', async () => {
  let text = 'monitors:\n';
  for (let index = 0; index < 3_000; index++)
    text += `  m${index}: { icmp: 10.0.0.1, needs: m${(index + 1) % 3_000} }\n`;
  const mistakes = await mistakesIn(text);
  assert.equal(mistakes.length, 1);
  assert.match(mistakes[0]?.message ?? '', /^came a circle/);
  assert.ok((mistakes[0]?.message.length ?? 0) < 2_000, 'the circle is told in a few words');
});

test('a thousand monitors that all need each other are told of without end neither in time nor in words', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `m${index}`);
  const text = `monitors:\n${names.map((name) => `  ${name}: { icmp: 10.0.0.1, needs: [${names.join(', ')}] }`).join('\n')}\n`;
  const mistakes = await mistakesIn(text);
  assert.ok(mistakes.length > 0 && mistakes.length <= names.length, String(mistakes.length));
});
