import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneAtATime } from '../../config/one-at-a-time.ts';

test('a storm of reloads is one under way and one after it, and each who asked gets what was read later', async () => {
  let begun = 0;
  let underWay = 0;
  const turns = oneAtATime(async () => {
    const turn = ++begun;
    assert.equal(++underWay, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay--;
    return turn;
  });
  const first = turns.again();
  await new Promise((resolve) => setImmediate(resolve));
  const others = Array.from({ length: 50 }, () => turns.again());
  assert.equal(await first, 1);
  assert.deepEqual(new Set(await Promise.all(others)), new Set([2]));
  assert.equal(await turns.again(), 3);
  void turns.again();
  await turns.settled();
  assert.deepEqual([begun, underWay], [4, 0]);
});
