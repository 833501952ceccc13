import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LATENCY_CODES, latencyOf } from '../../model/latency.ts';
import { latencySentence, latencyWords } from '../../status-site/latency-words.ts';

const END = latencyOf(LATENCY_CODES - 1) ?? 0;
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('a run longer than the scale is not called as long as the scale', () => {
  assert.equal(plain(latencyWords(END)), 'over 4 min');
  assert.equal(plain(latencyWords(latencyOf(LATENCY_CODES - 2))), '4 min');
  assert.equal(latencyWords(undefined), '–');
});

test('the sentence says half, nearly all and the slowest, as far as they are known', () => {
  const say = (half: number, most: number, slowest: number) => plain(latencySentence('answers', half, most, slowest));
  assert.equal(
    say(128, 412, 2400),
    'Half of all answers took at most 128 ms, 99 in 100 at most 412 ms; the slowest took 2.4 s.',
  );
  assert.equal(
    say(128, 412, END),
    'Half of all answers took at most 128 ms, 99 in 100 at most 412 ms; the slowest took over 4 min.',
  );
  assert.equal(say(128, END, END), 'Half of all answers took at most 128 ms; the slowest took over 4 min.');
  assert.equal(say(END, END, END), 'Half of all answers and more took over 4 min.');
});
