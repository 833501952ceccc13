import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReadOptions, readExposition } from '../../exposition/read.ts';
import { writeText } from '../../exposition/write.ts';
import type { Sample } from '../../model/sample.ts';
import { INVALID } from './openmetrics-invalid.ts';
import { pageOf } from './openmetrics-pages.ts';
import { VALID } from './openmetrics-valid.ts';

const WAYS: readonly ReadOptions[] = [
  { format: 'prometheus' },
  { format: 'prometheus', lenient: true },
  { format: 'openmetrics' },
];
const ROUNDS = 20_000;
/** What the formats are made of, and what others are. */
const PIECES = [
  '"',
  '\\',
  '\n',
  '{',
  '}',
  ',',
  '=',
  '#',
  ' ',
  '\t',
  '\0',
  '\r\n',
  '# ',
  '# TYPE ',
  '# HELP ',
  '# UNIT ',
  '# EOF\n',
  ' # {} 1',
  '_total',
  '_bucket',
  'le="+Inf"',
  '__proto__="x"',
  '__proto__ 1\n',
  'NaN',
  '+Inf',
  '-0',
  '1e999',
  '🚂',
  '\ufeff',
  '9'.repeat(40),
];

/** Marsaglia's xorshift: the same numbers every time. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutated(page: Buffer, other: Buffer, next: (below: number) => number): Buffer {
  const at = next(page.length + 1);
  const to = Math.min(page.length, at + next(12));
  switch (next(6)) {
    case 0:
      return Buffer.concat([page.subarray(0, at), page.subarray(to)]);
    case 1:
      return Buffer.concat([page.subarray(0, at), Buffer.from(PIECES[next(PIECES.length)] ?? ''), page.subarray(at)]);
    case 2:
      return Buffer.concat([page.subarray(0, to), page.subarray(at)]);
    case 3:
      return page.subarray(0, at);
    case 4:
      return Buffer.concat([page.subarray(0, at), other.subarray(next(other.length + 1))]);
    default: {
      const copy = Buffer.from(page);
      if (copy.length > 0) copy[at % copy.length] = next(256);
      return copy;
    }
  }
}

test('whatever comes, nothing is thrown, and a flaw is at a place that is there', () => {
  const pages = [...Object.values(VALID), ...Object.values(INVALID)].flat().map((page) => Buffer.from(pageOf(page)));
  const next = numbersFrom(20260101);
  let flawed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let page: Buffer = pages[next(pages.length)] ?? Buffer.alloc(0);
    for (let times = next(4); times >= 0; times--) page = mutated(page, pages[next(pages.length)] ?? page, next);
    for (const options of WAYS) {
      const { families, flaws } = readExposition(page, options);
      const lines = page.toString().split('\n');
      for (const { line, column, message } of flaws) {
        flawed++;
        assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`);
        assert.ok(column >= 1 && column <= page.length + 1, `column ${column}`);
        assert.match(message, /^came [^\n]+, wanted [^\n]+$/);
      }
      if (!options.lenient) assert.ok(flaws.length <= 1 && (flaws.length === 0 || families.length === 0));
      for (const { samples } of families) for (const one of samples) assert.equal(typeof one.value, 'number');
    }
  }
  assert.ok(flawed > ROUNDS, `only ${flawed} flaws were seen`);
});

test('random samples are read as they were written', () => {
  const next = numbersFrom(7);
  const letters = [
    'a',
    'Z',
    '_',
    '0',
    '"',
    '\\',
    '\n',
    'n',
    '{',
    '}',
    ',',
    '=',
    '#',
    ' ',
    '\t',
    '\0',
    '\r',
    'é',
    '🚂',
    '\u2028',
  ];
  const text = (length: number) => Array.from({ length }, () => letters[next(letters.length)]).join('');
  const float = new DataView(new ArrayBuffer(8));
  const number = () => {
    float.setUint32(0, next(2 ** 32));
    float.setUint32(4, next(2 ** 32));
    return next(2) === 0 ? float.getFloat64(0) : next(1000) / 8;
  };
  for (let round = 0; round < 300; round++) {
    const samples: Sample[] = Array.from({ length: next(40) }, (_, index) => ({
      name: ['up', 'a:b', 'trains_total', `m${next(5)}`][next(4)] ?? 'up',
      labels: Object.fromEntries([
        ['index', String(index)],
        ...Array.from({ length: next(5) }, (_, label) => [`l${label}`, `x${text(next(20))}`]),
      ]),
      value: number(),
      ...(next(3) === 0 && { at: next(2 ** 32) * 500 - 1e12 }),
    }));
    const { families, flaws } = readExposition(Buffer.from(writeText(samples)), { format: 'prometheus' });
    assert.deepEqual(flaws, []);
    const read = families.flatMap((family) => family.samples).toSorted(byIndex);
    assert.deepEqual(read, samples.toSorted(byIndex));
  }
});

const byIndex = (a: Sample, b: Sample) => Number(a.labels.index) - Number(b.labels.index);
