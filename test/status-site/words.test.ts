import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR, MINUTE } from '../../model/time.ts';
import { coverageWords, momentWords, shareWords, tied } from '../../status-site/words.ts';
import { NOW } from './world.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('uptime is never rounded up to 100 %', () => {
  const shares = {
    '100 %': 1,
    '99.99 %': 0.99998,
    '99.98 %': 0.9998,
    '99.00 %': 0.99,
    '98.9 %': 0.98999,
    '50.0 %': 0.5,
  };
  for (const [words, share] of Object.entries(shares)) assert.equal(plain(shareWords(share)), words);
});

test('a little uptime is not called none', () => {
  assert.equal(plain(shareWords(0)), '0 %');
  assert.equal(plain(shareWords(0.0000001)), '< 0.1 %');
});

test('what was seen is said in digits that fit, rounded down', () => {
  const shares = {
    '100 %': 1,
    '99.9 %': 0.9999,
    '99.4 %': 0.9944,
    '98 %': 0.9899,
    '1 %': 0.011,
    '< 1 %': 0.004,
    '0 %': 0,
  };
  for (const [words, share] of Object.entries(shares)) assert.equal(plain(coverageWords(share)), words);
});

test('a share that is exact in decimals is not shortened by a hair of binary', () => {
  for (let hundredths = 9900; hundredths < 10000; hundredths++)
    assert.equal(plain(shareWords(hundredths / 10000)), `${(hundredths / 100).toFixed(2)} %`);
});

test('a moment of today is a time, an older one has its day', () => {
  assert.deepEqual(momentWords(NOW - 13 * MINUTE, NOW), { iso: '2026-11-21T13:52:20Z', words: '13:52' });
  assert.equal(momentWords(NOW - 13 * HOUR, NOW).words, '21 November, 01:05');
  assert.equal(momentWords(NOW - 40 * DAY, NOW).words, '12 October, 14:05');
});

test('a number stays on the line of its unit', () => {
  assert.equal(
    tied('slow: 2.4 s, usually 300 ms · 5 days'),
    'slow: 2.4\u00a0s, usually 300\u00a0ms\u00a0· 5\u00a0days',
  );
  assert.equal(tied('3 servers'), '3 servers');
});
