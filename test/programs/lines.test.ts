import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitLines } from '../../programs/lines.ts';

test('lines are whole however they come, one that is too long is let go by, and the last needs no end', () => {
  const text = Buffer.from('größe\n\nlast but one\nthis one is much too long for anybody\n日本\nrest');
  for (let size = 1; size <= text.length; size++) {
    const lines: string[] = [];
    let tooLong = 0;
    const { take, end } = splitLines(
      15,
      (line) => void lines.push(line),
      () => void tooLong++,
    );
    for (let at = 0; at < text.length; at += size) take(text.subarray(at, at + size));
    end();
    assert.deepEqual(lines, ['größe', 'last but one', '日本', 'rest'], `in pieces of ${size}`);
    assert.equal(tooLong, 1);
  }
});
