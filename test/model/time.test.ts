import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR, MINUTE, SECOND, spanInWords } from '../../model/time.ts';

test('a span in words is short, and never nothing where there was something', () => {
  const spans = [-1, 0, 0.04, 0.06, 12.4, 1_240, 59_999, 90 * SECOND, 47 * HOUR, 2 * DAY + MINUTE];
  assert.deepEqual(spans.map(spanInWords), [
    '0.0 ms',
    '0.0 ms',
    'under 0.1 ms',
    '0.1 ms',
    '12 ms',
    '1.2 s',
    '59 s',
    '1 min',
    '47 h',
    '2 days',
  ]);
});
