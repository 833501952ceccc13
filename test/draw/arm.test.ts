import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arm, armDocument } from '../../draw/arm.ts';
import { DARK, LIGHT, type Palette, SIGNAL_STATES } from '../../draw/palette.ts';

/** Relative luminance of `#rrggbb`, WCAG 2.2. */
function luminance(colour: string): number {
  const channel = (from: number) => {
    const value = Number.parseInt(colour.slice(from, from + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

test('each state has a shape of its own, without its colour', () => {
  const shapes = SIGNAL_STATES.map((state) => arm(state).replace(`arm ${state}`, ''));
  assert.equal(new Set(shapes).size, SIGNAL_STATES.length);
});

test('the arm as a document brings its colours and needs no style', () => {
  for (const state of SIGNAL_STATES) {
    const document = armDocument(state);
    assert.doesNotMatch(document, /class=/);
    assert.ok(document.includes(LIGHT[state]));
  }
});

for (const [name, palette] of Object.entries({ light: LIGHT, dark: DARK } satisfies Record<string, Palette>)) {
  test(`text is readable in the ${name}`, () => {
    for (const text of ['ink', 'secondary', 'down', 'up', 'degraded-text', 'maintenance'] as const)
      assert.ok(
        contrast(palette[text], palette.paper) >= 4.5,
        `${text}: ${contrast(palette[text], palette.paper).toFixed(2)}`,
      );
  });
  test(`arms and bars stand out in the ${name}`, () => {
    for (const shape of ['up', 'degraded', 'down', 'unknown', 'maintenance', 'post', 'bar'] as const)
      assert.ok(
        contrast(palette[shape], palette.paper) >= 3,
        `${shape}: ${contrast(palette[shape], palette.paper).toFixed(2)}`,
      );
  });
}
