import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBlock, type PackedMark, readBlock } from '../../../collector/ledger/check-block.ts';
import { packRecent, type RecentMark, readRecent } from '../../../collector/ledger/recent-checks.ts';
import { latencyCode, latencyOf } from '../../../model/latency.ts';
import { SECOND } from '../../../model/time.ts';

const START = Date.UTC(2026, 0, 5);

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Packs as the ledger does: a new block where one says that a check does not belong into it. Some are put away and gone on with. */
function pack(marks: readonly PackedMark[], roll: () => number) {
  const blocks: { start: number; bytes: Uint8Array }[] = [];
  let block: ReturnType<typeof openBlock> | undefined;
  for (const mark of marks) {
    if (block !== undefined && roll() < 0.05) block = openBlock(block.start, block.bytes());
    if (block?.add(mark)) continue;
    if (block !== undefined) blocks.push({ start: block.start, bytes: block.bytes() });
    block = openBlock(mark);
  }
  if (block !== undefined) blocks.push({ start: block.start, bytes: block.bytes() });
  return blocks;
}

function unpack(blocks: ReturnType<typeof pack>) {
  const marks: { at: number; verdict: number; latency: number }[] = [];
  for (const { start, bytes } of blocks)
    readBlock(start, bytes, (at, verdict, latency) => marks.push({ at, verdict, latency }));
  return marks;
}

test('any sequence of checks comes back: verdicts exactly, instants within 16 ms', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const roll = dice(seed);
    const marks: PackedMark[] = [];
    let at = START + roll() * 1e9;
    let everyMs = 1 + Math.floor(roll() * 100_000);
    const count = Math.floor(roll() * 8_000);
    for (let i = 0; i < count; i++) {
      const kind = roll();
      if (kind < 0.01) everyMs = 1 + Math.floor(roll() * 10_000_000);
      if (kind < 0.02) at -= roll() * 1e10;
      else if (kind < 0.1) at += roll() * 10 * everyMs;
      else at += everyMs + (roll() - 0.5) * 300;
      marks.push({ at, verdict: Math.floor(roll() * 4), latency: Math.floor(roll() * 256), everyMs });
    }
    const found = unpack(pack(marks, roll));
    assert.equal(found.length, marks.length, `seed ${seed}`);
    marks.forEach((mark, i) => {
      assert.equal(found[i]?.verdict, mark.verdict);
      assert.equal(found[i]?.latency, mark.latency);
      assert.ok(Math.abs((found[i]?.at ?? 0) - mark.at) <= 16.5, `seed ${seed}, check ${i}`);
    });
  }
});

test('latencies come back within 3 %', () => {
  const roll = dice(7);
  for (let i = 0; i < 10_000; i++) {
    const ms = 0.1 * 10 ** (roll() * 6.4);
    const back = latencyOf(latencyCode(ms)) ?? 0;
    assert.ok(Math.abs(back - ms) <= ms * 0.03, `${ms} came back as ${back}`);
  }
});

test('a regular check takes about two bytes', () => {
  const roll = dice(3);
  const marks: PackedMark[] = [];
  let failing = 0;
  for (let i = 0, at = START; i < 100_000; i++) {
    if (roll() < 0.0005) failing = 3;
    const everyMs = failing-- > 0 ? 5 * SECOND : 30 * SECOND;
    at += everyMs + (roll() - 0.5) * 100;
    marks.push({ at, verdict: failing > 0 ? 2 : 0, latency: 100, everyMs: 30 * SECOND });
  }
  const blocks = pack(marks, () => 1);
  const bytes = blocks.reduce((sum, block) => sum + block.bytes.length + 30, 0);
  assert.ok(bytes / marks.length <= 2.1, `${bytes / marks.length} bytes a check`);
});

test('damaged bytes never throw and never go on for ever', () => {
  const roll = dice(11);
  for (let i = 0; i < 2_000; i++) {
    const bytes = Uint8Array.from({ length: Math.floor(roll() * 200) }, () => Math.floor(roll() * 256));
    let count = 0;
    readBlock(START, bytes, () => count++);
    readRecent(bytes, () => count++);
    assert.ok(count <= 2 * bytes.length);
  }
});

test('what one flush brings comes back exactly', () => {
  const roll = dice(5);
  const marks: RecentMark[] = Array.from({ length: 1_000 }, () => ({
    series: Math.floor(roll() * 5_000),
    at: START + Math.floor((roll() - 0.5) * 1e10),
    verdict: Math.floor(roll() * 4),
    latency: Math.floor(roll() * 256),
    everyMs: Math.floor(roll() * 1e9),
  }));
  const found: RecentMark[] = [];
  readRecent(
    packRecent(
      marks,
      marks.map(({ series }) => series),
    ),
    (mark) => found.push(mark),
  );
  assert.deepEqual(found, marks);
});
