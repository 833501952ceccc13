import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExposition } from '../../exposition/read.ts';
import { writeText } from '../../exposition/write.ts';

const read = (text: string | Buffer, lenient = false) =>
  readExposition(Buffer.from(text as string), { format: 'prometheus', lenient });

test('families, labels, values and instants are what they were', () => {
  const page = [
    '# HELP trains_total Two\\nlines and a \\\\.',
    '# TYPE trains_total counter',
    'trains_total{to="Köln",by="\\"x\\""} 12 1395066363000',
    'trains_total{to="Bonn",by="y"} 0.013300656000000001',
    '# TYPE wait_seconds histogram',
    'wait_seconds_bucket{le="+Inf"} 3',
    'wait_seconds_sum 9007199254740993',
    'wait_seconds_count 3',
    'alone -Inf',
    'trains_total{to="Trier"} 1',
  ];
  const { families, flaws } = read(`${page.join('\n')}\n`);
  assert.deepEqual(flaws, []);
  assert.deepEqual(families, [
    {
      name: 'trains_total',
      type: 'counter',
      help: 'Two\nlines and a \\.',
      unit: '',
      samples: [
        { name: 'trains_total', labels: { to: 'Köln', by: '"x"' }, value: 12, at: 1395066363000 },
        { name: 'trains_total', labels: { to: 'Bonn', by: 'y' }, value: 0.013300656000000001 },
        { name: 'trains_total', labels: { to: 'Trier' }, value: 1 },
      ],
    },
    {
      name: 'wait_seconds',
      type: 'histogram',
      help: '',
      unit: '',
      samples: [
        { name: 'wait_seconds_bucket', labels: { le: '+Inf' }, value: 3 },
        { name: 'wait_seconds_sum', labels: {}, value: 9007199254740992 },
        { name: 'wait_seconds_count', labels: {}, value: 3 },
      ],
    },
    {
      name: 'alone',
      type: 'unknown',
      help: '',
      unit: '',
      samples: [{ name: 'alone', labels: {}, value: Number.NEGATIVE_INFINITY }],
    },
  ]);
});

test('a series that comes again for the same instant is a flaw, whatever the order of its labels', () => {
  assert.deepEqual(read('u{a="1",b="2"} 1\nu{b="2",a="1"} 1\n').flaws, [
    { line: 2, column: 1, message: 'came the series "u{b=\\"2\\",a=\\"1\\"}" again, wanted each once' },
  ]);
  assert.equal(read('u{a=""} 1\nu 1\n').flaws.length, 1);
  assert.equal(read('u 1 5\nu 1 5\n').flaws.length, 1);
  assert.deepEqual(read('u 1 5\nu 1 6\nu{a="1"} 1\nu{a="2"} 1\nu{b="1"} 1\n').flaws, []);
});

test('a lenient reading passes over what is wrong, reads all else and says where', () => {
  const page = '\ufeffa 1\r\nb x\r\n# TYPE c info\r\nc{d="e"} 1\r\nc{d="e"} 2\r\nf{g="\\q"} 1\nh 3 # {} 1\ni 4';
  const { families, flaws } = read(page, true);
  assert.deepEqual(
    families.flatMap(({ samples }) => samples.map(({ name, value }) => [name, value])),
    [
      ['a', 1],
      ['c', 1],
    ],
  );
  assert.equal(families.find(({ name }) => name === 'c')?.type, 'info');
  assert.deepEqual(
    flaws.map(({ line, column }) => [line, column]),
    [
      [2, 3],
      [5, 1],
      [6, 6],
      [7, 5],
      [8, 4],
    ],
  );
  const broken = Buffer.concat([Buffer.from('a 1\nb{c="'), Buffer.of(0xff), Buffer.from('"} 1\nd 2\n')]);
  const second = read(broken, true);
  assert.deepEqual(
    second.families.flatMap(({ samples }) => samples.map(({ name }) => name)),
    ['a', 'd'],
  );
  assert.deepEqual(second.flaws, [{ line: 2, column: 6, message: 'came a byte that is not UTF-8, wanted UTF-8' }]);
});

test('what is written is read again as it was', () => {
  const values = [
    0,
    -0,
    1,
    0.1,
    1e21,
    5e-324,
    1.7976931348623157e308,
    123456789.12345679,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  const texts = [
    'plain',
    'C:\\temp\\',
    '"quoted"',
    'two\nlines',
    '\\n',
    'é🚂\0\t\r',
    '{},=# ',
    'constructor',
    `${'long '.repeat(100)}`,
  ];
  const samples = values.flatMap((value, index) =>
    texts.map((text, row) => ({
      name: `m${index % 3}:x`,
      labels: { value: String(index), text, [`l${row}`]: text },
      value,
      ...(row % 2 === 0 && { at: 1395066363000 + row - index * 1e12 }),
    })),
  );
  const { families, flaws } = read(writeText(samples));
  assert.deepEqual(flaws, []);
  const order = (list: readonly object[]) =>
    list
      .map((one) =>
        JSON.stringify(one, (_, part) => (typeof part === 'number' ? `${part} ${Object.is(part, -0)}` : part)),
      )
      .toSorted();
  const negativeZero = (list: typeof samples) =>
    list.map((one) => (Object.is(one.value, -0) ? { ...one, value: 0 } : one));
  assert.deepEqual(order(families.flatMap((family) => family.samples)), order(negativeZero(samples)));
});
