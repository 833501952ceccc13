import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedPattern, PatternTooSlow } from '../../../collector/probes/bounded-pattern.ts';

test('an expression that backtracks without end is stopped, and the next one works', () => {
  assert.throws(() => boundedPattern('^(a|aa)+$')(`${'a'.repeat(100)}!`), PatternTooSlow);
  assert.equal(boundedPattern('^(\\w+) (\\w+)$')('hello world')?.[2], 'world');
  assert.equal(boundedPattern('(?<x>b+)c*')('abbc')?.groups?.x, 'bb');
  assert.equal(boundedPattern('^b')('abc'), undefined);
});

test('only the beginning of a long text is looked at', () => {
  assert.equal(boundedPattern('x$')(`${'a'.repeat(5_000)}x`), undefined);
});
