import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReadOptions, readExposition, readExpositionInTurns } from '../../exposition/read.ts';

const WAYS: readonly ReadOptions[] = [
  { format: 'prometheus' },
  { format: 'prometheus', lenient: true },
  { format: 'openmetrics' },
];

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
