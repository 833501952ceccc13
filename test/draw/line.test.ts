import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LineStep, line, scaleTop } from '../../draw/line.ts';

const flat = (value: number): LineStep => ({ low: value, middle: value, high: value });
const draw = (steps: readonly (LineStep | undefined)[], top = 100) =>
  line({ steps, top, trouble: steps.map(() => undefined), label: 'latency' });
const pathOf = (svg: string, name: string) => new RegExp(`class="${name}" d="([^"]*)"`).exec(svg)?.[1];

test('the foot of the scale is zero and its top the top', () => {
  assert.equal(pathOf(draw([flat(0), flat(50), flat(100)]), 'curve'), 'M1.5 100L4.5 50L7.5 0');
});

test('where nothing was measured the line has a gap, not a bridge', () => {
  assert.equal(
    pathOf(draw([flat(50), flat(50), undefined, flat(50), flat(50)]), 'curve'),
    'M1.5 50L4.5 50M10.5 50L13.5 50',
  );
});

test('a lonely measurement is a dot', () => {
  assert.match(pathOf(draw([undefined, flat(50), undefined]), 'curve') ?? '', /^M4\.5 50h/);
});

test('what is above the scale is cut off at its top', () => {
  assert.equal(pathOf(draw([flat(50), { low: 20, middle: 500, high: 900 }]), 'curve'), 'M1.5 50L4.5 0');
});

test('the range is a closed band', () => {
  const svg = draw([
    { low: 10, middle: 20, high: 30 },
    { low: 20, middle: 30, high: 40 },
  ]);
  assert.equal(pathOf(svg, 'band'), 'M1.5 70L4.5 60L4.5 80L1.5 90z');
});

test('trouble is a strip along the foot', () => {
  const svg = line({ steps: [undefined, flat(5)], top: 10, trouble: ['down', undefined], label: '' });
  assert.equal(pathOf(svg, 'strip down'), 'M0 96h3v4h-3z');
});

test('the scale ends at a short number whose half is short too', () => {
  const tops = { 1: 1, 1.2: 2, 3: 4, 45: 60, 61: 80, 81: 100, 138: 200, 0.3: 0.4, 9000: 10_000 };
  for (const [most, top] of Object.entries(tops))
    assert.ok(Math.abs(scaleTop(Number(most)) - top) < 1e-9, `${most}: ${scaleTop(Number(most))}`);
  assert.equal(scaleTop(0), 1);
  assert.equal(scaleTop(Number.NaN), 1);
});
