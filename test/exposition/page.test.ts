import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writePage } from '../../exposition/page.ts';
import { readExposition } from '../../exposition/read.ts';
import type { ForeignFamily } from '../../model/exporter.ts';
import type { Sample } from '../../model/sample.ts';

async function pageOf(samples: readonly Sample[], foreign: readonly ForeignFamily[] = []): Promise<string> {
  const page = await writePage([{ samples, families: foreign }]);
  const { flaws } = readExposition(Buffer.from(page), { format: 'prometheus' });
  assert.deepEqual(flaws, [], page);
  return page;
}

const plain = (name: string, value = 1, labels = {}): Sample => ({ name, labels, value });

test('names that every object of JavaScript has are names of metrics like any other', async () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
  const page = await pageOf(names.map((name) => plain(name, 1, { constructor: name })));
  for (const name of names) assert.ok(page.includes(`\n${name}{constructor="${name}"} 1\n`), page);
});

test('a series that comes twice stands there once, as it came last', async () => {
  const page = await pageOf([plain('twice', 1, { a: 'b' }), plain('once', 1), plain('twice', 2, { a: 'b' })]);
  assert.deepEqual(page.match(/^twice.*$/gm), ['twice{a="b"} 2']);
  const turned = await pageOf([plain('turned', 1, { a: 'b', c: 'd' }), plain('turned', 2, { c: 'd', e: '', a: 'b' })]);
  assert.equal(turned.match(/^turned/gm)?.length, 1);
});

test('numbers that are none, and text of any kind, can be read again', async () => {
  const text = 'a "quoted"\\\nline, {braces} and \u{1f4a1}';
  const help = 'Two\nlines \\ one backslash.';
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, -0.1];
  const samples = values.map((value, at) => plain('odd', value, { at: String(at), text }));
  const page = await pageOf(samples, [{ name: 'odd', type: 'gauge', help }]);
  const [family] = readExposition(Buffer.from(page), { format: 'prometheus' }).families;
  assert.equal(family?.help, help);
  assert.deepEqual(
    family?.samples.map(({ value, labels }) => [value, labels.text]),
    values.map((value) => [value, text]),
  );
});

test('the parts of a histogram and of a summary belong to it; those of another type are families of their own', async () => {
  const foreign: ForeignFamily[] = [
    { name: 'took', type: 'histogram', help: 'H.' },
    { name: 'size', type: 'gauge', help: 'G.' },
  ];
  const page = await pageOf(
    [plain('took_bucket', 1, { le: '+Inf' }), plain('took_sum', 3), plain('took_count', 1), plain('size_sum', 1)],
    foreign,
  );
  assert.equal(
    page,
    [
      '# HELP took H.\n# TYPE took histogram\ntook_bucket{le="+Inf"} 1\ntook_sum 3\ntook_count 1\n',
      '# TYPE size_sum untyped\nsize_sum 1\n',
    ].join(''),
  );
});

test('the loop has its turns while a long page is written, in either format', async () => {
  const samples = Array.from({ length: 20_000 }, (_, at) => plain('many', at, { at: String(at) }));
  for (const format of ['prometheus', 'openmetrics'] as const) {
    let turns = 0;
    let over = false;
    const count = () => {
      turns++;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    await writePage([{ samples }], format);
    over = true;
    assert.ok(turns > 50, `${turns} turns`);
  }
});
