import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { limitConcurrency } from '../../runtime/concurrency.ts';

const never = new AbortController().signal;

test('a few are under way at once, the others follow in order, and more than may wait are turned away', async () => {
  const concurrency = limitConcurrency(2, 2);
  const first = await concurrency.begin(never);
  await concurrency.begin(never);
  const begun: string[] = [];
  const third = concurrency.begin(never).then((one) => {
    begun.push('third');
    return one;
  });
  const fourth = concurrency.begin(never).then((one) => {
    begun.push('fourth');
    return one;
  });
  await assert.rejects(concurrency.begin(never), { code: 'too-busy' });
  assert.deepEqual(begun, []);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  await turn();
  assert.deepEqual(begun, ['third'], 'one that ends twice makes room once');
  (await third)[Symbol.dispose]();
  await fourth;
  assert.deepEqual(begun, ['third', 'fourth']);
});

test('who no longer waits holds up nobody', async () => {
  const concurrency = limitConcurrency(1, 1);
  const first = await concurrency.begin(never);
  const leaving = new AbortController();
  const left = concurrency.begin(leaving.signal);
  leaving.abort(new Error('gone'));
  await assert.rejects(left, /gone/);
  const next = concurrency.begin(never);
  first[Symbol.dispose]();
  await next;
  await assert.rejects(concurrency.begin(AbortSignal.abort(new Error('gone before'))), /gone before/);
});
