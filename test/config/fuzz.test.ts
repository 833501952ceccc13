import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { differenceOf } from '../../config/difference.ts';
import { mistakeInWords } from '../../config/mistake.ts';
import { readConfig } from '../../config/read.ts';
import { samples } from './samples.ts';

const ROUNDS = Number(process.env.SIGNALBOX_FUZZ_ROUNDS ?? 500);
const ENV = { DEMO_TOKEN: 'a-token-for-the-demo', SIGNALBOX_TOKEN: 'some-secret-text' };

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../signalbox.example.yml'), 'utf8');
const WRONG = [...samples().map((sample) => sample.sources.map(({ text }) => text.replace(/^#.*\n/gm, '')).join(''))];

/** Pieces that mean something to YAML, to the schema or to JavaScript. */
const PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    ',',
    '-',
    '- ',
    '\n',
    '\n  ',
    '\n    ',
    '\t',
    '"',
    "'",
    '|',
    '>',
    '#',
    '&a ',
    '*a',
    '!!str ',
    '<<: *a',
  ],
  ...[
    'null',
    '~',
    'true',
    '0',
    '-1',
    '1e999',
    '.nan',
    '0x1f',
    '30s',
    '999999d',
    `\${SIGNALBOX_TOKEN}`,
    '${',
    '$${',
    '{ file: x }',
    '\\',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'length',
    'http',
    'tcp',
    'tls',
    'needs',
    'every',
    'monitors',
    'defaults',
    'expect',
    '(',
    '$[?(@.a',
  ],
  ...['\0', '\u2028', '\uFEFF', '\uD83D\uDE00', '\uD83D', 'ж', 'x'.repeat(300)],
];

/** Numbers from 0 to below `end` that are the same in every run (mulberry32). */
function dice(seed: number): (end: number) => number {
  let state = seed >>> 0;
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}

function mutated(text: string, roll: (end: number) => number): string {
  let now = text;
  for (let times = 1 + roll(4); times > 0; times--) {
    const from = roll(now.length + 1);
    const to = Math.min(now.length, from + roll(12));
    const piece = PIECES[roll(PIECES.length)] ?? '';
    const lines = now.split('\n');
    const way = roll(5);
    if (way === 0) now = now.slice(0, from) + piece + now.slice(from);
    else if (way === 1) now = now.slice(0, from) + piece + now.slice(to);
    else if (way === 2) now = now.slice(0, from) + now.slice(to);
    else if (way === 3) now = lines.toSpliced(roll(lines.length), 1).join('\n');
    else now = lines.toSpliced(roll(lines.length), 0, lines[roll(lines.length)] ?? '').join('\n');
  }
  return now;
}

test(`a file that was damaged in ${ROUNDS} ways is always read or refused with mistakes that have a place`, async (context) => {
  const seed = Number(process.env.SIGNALBOX_FUZZ_SEED ?? 20_260_101);
  const roll = dice(seed);
  let fine = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const text = mutated(roll(2) === 0 ? EXAMPLE : (WRONG[roll(WRONG.length)] ?? ''), roll);
    const told = `seed ${seed}, round ${round}:\n${text}`;
    const sources = [{ file: 'a.yml', text }];
    const read = await readConfig(sources, ENV, () => 'text-of-a-file').catch((error: unknown) =>
      assert.fail(`${inspect(error)}\n${told}`),
    );
    if ('config' in read) {
      fine++;
      const again = await readConfig(sources, ENV, () => 'text-of-a-file');
      assert.ok('config' in again);
      const { added, removed, changed, restart } = differenceOf(read, again);
      assert.deepEqual([...added, ...removed, ...changed, ...restart], [], told);
      continue;
    }
    assert.ok(read.mistakes.length > 0, told);
    const lines = text.split('\n');
    for (const mistake of read.mistakes) {
      const words = mistakeInWords(mistake);
      assert.match(words, /^a\.yml:[1-9]\d*:[1-9]\d*(?: [^\n]{1,600})?: [^\n]+$/, told);
      assert.ok(mistake.line <= lines.length, `${words}\n${told}`);
      assert.ok(mistake.column <= (lines[mistake.line - 1]?.length ?? 0) + 1, `${words}\n${told}`);
      assert.ok(!words.includes('some-secret-text') && !/\bundefined\b|\[object/.test(words), `${words}\n${told}`);
    }
  }
  context.diagnostic(`${fine} of ${ROUNDS} could be read`);
});
