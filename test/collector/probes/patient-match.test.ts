import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart } from '../../../collector/probes/apart.ts';
import { withinMs } from '../../../collector/probes/bounded-work.ts';
import { costBound } from '../../../collector/probes/expression-cost.ts';
import { patientMatcher } from '../../../collector/probes/patient-match.ts';

const long = 'a'.repeat(100_000);
const { signal } = new AbortController();

test('an expression that is surely quick costs about as much as reading the text', () => {
  for (const source of ['Welcome', '^ok$', '<title>.*</title>', 'a|b|c', '[a-z]', '\\(v\\d\\.\\d\\)', '(?:foo|bar)baz'])
    assert.ok((costBound(source)?.(long) ?? Infinity) <= 4 * long.length, source);
});

test('an expression that may take long is known as one', () => {
  for (const source of ['\\s+$', 'a.*b', 'x*x*y', '.*.*=.*', '(?s:a.*b)'])
    assert.ok((costBound(source)?.(long) ?? Infinity) > 1e9, source);
  for (const source of ['(a+)+$', '(a|aa)*b', '(a)\\1', '(?<n>a)\\k<n>', 'a{2,5}', 'a?a?a?a?a?a?a?b'])
    assert.equal(costBound(source), undefined, source);
});

test('short lines make a dot quick that a long one would not', () => {
  const bound = costBound('a.*b.*c');
  assert.ok((bound?.('a b c\n'.repeat(5_000)) ?? Infinity) < 2e6);
  assert.ok((bound?.('a b c '.repeat(5_000)) ?? 0) > 2e6);
});

test('work that does not end is ended, and its error is passed on', () => {
  assert.deepEqual(
    withinMs(1_000, () => 'done'),
    { done: 'done' },
  );
  assert.deepEqual(
    withinMs(5, () => /^(a+)+$/.test(`${'a'.repeat(60)}!`)),
    {},
  );
  assert.throws(() => withinMs(1_000, () => JSON.parse('{')), SyntaxError);
  assert.deepEqual(
    withinMs(1_000, () => undefined),
    { done: undefined },
  );
});

test('work that was ended while it did not have the processor is begun again, and not without end', () => {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let begun = 0;
  const held = (times: number) => () => {
    // As when the kernel lets others go first.
    if (begun++ < times) Atomics.wait(cell, 0, 0, 10_000);
    return 'done';
  };
  assert.deepEqual(withinMs(300, held(2)), { done: 'done' });
  begun = 0;
  assert.deepEqual(withinMs(300, held(1_000)), {});
  assert.equal(begun, 5);
});

test('a matcher finds what the expression alone would find, at once or in a thread', async () => {
  const slow = `${'x'.repeat(10_000)} Welcome`;
  assert.equal(await patientMatcher('Wel.ome', 'u')('Welcome', signal), true);
  assert.equal(await patientMatcher('(wel)+come', 'iu')('Welcome', signal), true);
  assert.equal(await patientMatcher('(?:x+)y|Welcome$', 'u')(slow, signal), true);
  assert.equal(await patientMatcher('(?:x+)y', 'u')(slow, signal), false);
});

test('an expression without end is given up when the check is', async () => {
  const deadline = new AbortController();
  const pending = patientMatcher('^(a+)+$', 'u')(`${'a'.repeat(60)}!`, deadline.signal);
  deadline.abort();
  assert.equal(await pending, undefined);
});

test('threads take turns, and the trouble of one is not the next one’s', async () => {
  const module = new URL('../../../collector/probes/patient-match.ts', import.meta.url);
  const bad = apart({ module, call: 'matchOnce', args: ['(', 'u', ''] }, signal);
  const good = apart<boolean>({ module, call: 'matchOnce', args: ['a', 'u', 'a'] }, signal);
  await assert.rejects(bad, SyntaxError);
  assert.equal((await good)?.result, true);
});
