import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReadOptions, readExposition, readExpositionInTurns } from '../../exposition/read.ts';
import { writeText } from '../../exposition/write.ts';
import type { Sample } from '../../model/sample.ts';
import { INVALID, pageOf, VALID } from './openmetrics-pages.ts';

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

test('absurd lines, names and numbers of labels are read or refused in little time and room', () => {
  const huge = 'x'.repeat(4 << 20);
  const many = Array.from({ length: 200_000 }, (_, index) => `l${index}="v"`).join(',');
  const pages = [
    huge,
    `${huge} 1\n`,
    `u{${huge}="1"} 1\n`,
    `u{a="${huge}"} 1\n`,
    `u{a="${'\\n'.repeat(2 << 20)}"} 1\n`,
    `u{${many}} 1\n`,
    `u ${'1'.repeat(4 << 20)}\n`,
    `u 1 ${'1'.repeat(4 << 20)}\n`,
    '{'.repeat(4 << 20),
    `# HELP u ${huge}\n`,
    '\n'.repeat(4 << 20),
    '# EOF\n'.repeat(1 << 19),
    'u{'.repeat(1 << 20),
    'x\n'.repeat(1 << 20),
    `u ${'1'.repeat(120_000)}x\n`,
    `u 1 ${'1'.repeat(120_000)}x\n`,
    `# TYPE u histogram\nu_bucket{le="${'1'.repeat(120_000)}x"} 1\n`,
    ...['0', '1'].map(
      (digit) => `# TYPE u gauge\nu 1 1.${digit.repeat(120_000)}1\nu 1 1.${digit.repeat(120_000)}2\n# EOF\n`,
    ),
    `# HELP u ${'\\\\'.repeat(60_000)}\n`,
  ];
  for (const page of pages)
    for (const options of WAYS) {
      const began = process.cpuUsage();
      const { flaws } = readExposition(Buffer.from(page), options);
      const { user } = process.cpuUsage(began);
      assert.ok(user < 5e6, `${page.slice(0, 20)}… took ${user / 1e6} s`);
      assert.ok(flaws.length <= 100);
      for (const { message } of flaws) assert.ok(message.length < 400, `${message.length}`);
    }
  const long = readExposition(Buffer.from(`u 1\nu{a="${huge}"} 1\nv 2\n`), { format: 'prometheus', lenient: true });
  assert.deepEqual(
    long.families.map(({ name }) => name),
    ['u', 'v'],
  );
  assert.deepEqual(long.flaws, [
    { line: 2, column: 1, message: 'came a line of 4194314 bytes, wanted at most 131072' },
  ]);
  assert.match(
    readExposition(Buffer.from(`u{${Array.from({ length: 300 }, (_, index) => `l${index}="v"`).join(',')}} 1\n`), {
      format: 'prometheus',
    }).flaws[0]?.message ?? '',
    /came more labels, wanted at most 256/,
  );
});

test('what is read in turns is the same, gives the loop its turns, and ends when told to', async () => {
  const lines = Array.from({ length: 60_000 }, (_, index) => `u{a="${index}",b="${index % 7}"} ${index}`);
  const page = Buffer.from(`${lines.join('\n')}\nv x\n`);
  for (const options of [{ format: 'prometheus', lenient: true }, { format: 'prometheus' }] as const) {
    let turns = 0;
    let goOn = true;
    const count = () => {
      turns++;
      if (goOn) setImmediate(count);
    };
    setImmediate(count);
    const reading = await readExpositionInTurns(page, options, new AbortController().signal);
    goOn = false;
    assert.deepEqual(reading, readExposition(page, options));
    assert.ok(turns >= 3, `${turns} turns`);
  }
  const stopped = AbortSignal.abort(new Error('enough'));
  await assert.rejects(readExpositionInTurns(page, { format: 'prometheus' }, stopped), /aborted/);
});
