import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sinceOf } from '../../cli/since.ts';
import { DAY, HOUR, MINUTE } from '../../model/time.ts';

const NOW = new Date(2026, 10, 21, 6, 30).getTime();

test('how far back is said by a span, by a day, or by a time', () => {
  for (const [text, wanted] of [
    ['2h', NOW - 2 * HOUR],
    ['1d12h', NOW - 36 * HOUR],
    ['today', NOW - 6 * HOUR - 30 * MINUTE],
    ['Yesterday', new Date(2026, 10, 20).getTime()],
    ['2026-11-20', new Date(2026, 10, 20).getTime()],
    ['2026-11-20 06:00', new Date(2026, 10, 20, 6).getTime()],
    ['2026-11-20T06:00Z', Date.UTC(2026, 10, 20, 6)],
    ['52w', NOW - 364 * DAY],
  ] as const)
    assert.equal(sinceOf(text, NOW), wanted, text);
});

test('where clocks have moved, yesterday begins at its own midnight', () => {
  const zone = process.env.TZ;
  process.env.TZ = 'Europe/Berlin';
  try {
    // 25 hours before: the clocks went back at three.
    assert.equal(sinceOf('yesterday', Date.parse('2026-10-26T00:00+01:00')), Date.parse('2026-10-25T00:00+02:00'));
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});
