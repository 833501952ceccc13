import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ranges } from '../../../collector/spool/ranges.ts';

test('stretches are merged, cut and found as a plain set of bytes would be', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed % below;
  };
  for (let round = 0; round < 200; round++) {
    const [ranges, others] = [new Ranges(), new Ranges()];
    const [bytes, otherBytes] = [new Set<number>(), new Set<number>()];
    for (let step = 0; step < 20; step++) {
      const from = random(50);
      const to = from + random(15);
      const [mine, plain] = random(3) === 0 ? [others, otherBytes] : [ranges, bytes];
      const adds = random(3) > 0;
      if (adds) mine.add(from, to);
      else mine.remove(from, to);
      for (let at = from; at < to; at++) adds ? plain.add(at) : plain.delete(at);
    }
    assert.equal(ranges.bytes, bytes.size);
    assert.equal(ranges.isEmpty, bytes.size === 0);
    for (let at = 0; at < 70; at++) assert.equal(ranges.has(at), bytes.has(at));
    const outside = [...bytes].filter((at) => !otherBytes.has(at)).sort((a, b) => a - b);
    const first = ranges.firstOutside(others);
    assert.equal(first?.from, outside[0]);
    if (first === undefined) continue;
    for (let at = first.from; at < first.to; at++) assert.ok(outside.includes(at));
    assert.ok(!outside.includes(first.to) || !ranges.has(first.to) || others.has(first.to));
  }
});
