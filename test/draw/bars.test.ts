import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bars, type DayShares } from '../../draw/bars.ts';

const DAY_SECONDS = 86_400;
const well: DayShares = { up: 1, degraded: 0, down: 0, unseen: 0 };
const unseen: DayShares = { up: 0, degraded: 0, down: 0, unseen: 1 };
const downFor = (seconds: number): DayShares => ({
  up: 1 - seconds / DAY_SECONDS,
  degraded: 0,
  down: seconds / DAY_SECONDS,
  unseen: 0,
});
const pathOf = (svg: string, name: string) => new RegExp(`class="${name}" d="([^"]*)"`).exec(svg)?.[1];

/** How many whole bars a dashed path draws. */
function barsIn(path: string | undefined): number {
  return [...(path ?? '').matchAll(/h(\d+)/g)].reduce((sum, [, length]) => sum + (Number(length) + 1) / 4, 0);
}

test('ninety days are ninety bars, in one path where all is well', () => {
  const svg = bars(new Array(90).fill(well), '90 days');
  assert.equal(svg.match(/<path/g)?.length, 1);
  assert.equal(barsIn(pathOf(svg, 'bar-up')), 90);
  assert.ok(svg.length < 250, `${svg.length} characters`);
});

test('an outage of five minutes can be seen and is not a red day', () => {
  const svg = bars([well, downFor(300)], '');
  assert.equal(pathOf(svg, 'bar-down'), 'M4 23h3v3h-3z', 'three units, at the foot');
  assert.equal(barsIn(pathOf(svg, 'bar-up')), 2);
});

test('a day that was down is red from foot to top', () => {
  const svg = bars([downFor(DAY_SECONDS)], '');
  assert.equal(pathOf(svg, 'bar-down'), 'M0 0h3v26h-3z');
  assert.equal(pathOf(svg, 'bar-up'), undefined);
});

test('days nobody saw are hatched, never green', () => {
  const svg = bars([unseen, unseen, well], '');
  assert.equal(pathOf(svg, 'bar-unseen'), 'M0 13h7');
  assert.equal(pathOf(svg, 'bar-up'), 'M8 13h3');
});

test('half a day unseen is hatched from the top, and what was bad stands below it', () => {
  const svg = bars([{ up: 0.25, degraded: 0, down: 0.25, unseen: 0.5 }], '');
  assert.equal(pathOf(svg, 'gap'), 'M0 0h3v13h-3z');
  assert.equal(pathOf(svg, 'bar-down'), 'M0 19h3v7h-3z');
});

test('degraded stands on down, and together they never leave the bar', () => {
  const both = bars([{ up: 0, degraded: 0.02, down: 0.98, unseen: 0 }], '');
  assert.equal(pathOf(both, 'bar-down'), 'M0 1h3v25h-3z');
  assert.equal(pathOf(both, 'bar-degraded'), 'M0 0h3v1h-3z');
  const mixed = bars([{ up: 0.5, degraded: 0.01, down: 0.01, unseen: 0.48 }], '');
  assert.equal(pathOf(mixed, 'bar-degraded'), 'M0 20h3v3h-3z');
});

test('a day half seen and wholly down is red below and hatched above', () => {
  const svg = bars([{ up: 0, degraded: 0, down: 0.5, unseen: 0.5 }], '');
  assert.equal(pathOf(svg, 'bar-unseen'), 'M0 13h3');
  assert.equal(pathOf(svg, 'bar-down'), 'M0 13h3v13h-3z');
});

test('some seconds unseen are left to the number beside the bars', () => {
  assert.equal(pathOf(bars([{ up: 0.999, degraded: 0, down: 0, unseen: 0.001 }], ''), 'gap'), undefined);
});

test('the words for who cannot see them are escaped', () => {
  assert.match(bars([well], '"<&>'), /aria-label="&quot;&lt;&amp;&gt;"/);
});
