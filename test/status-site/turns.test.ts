import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StandingNow } from '../../status-site/standing-now.ts';
import { type History, openTurns } from '../../status-site/turns.ts';

const HISTORY: History = {
  days: [],
  daysInWords: '',
  uptime: 1,
  coverage: 1,
  count: { checks: 0, failed: 0 },
  usualMs: undefined,
};
const UP: StandingNow = { standing: 'up', since: 1, reason: '200 OK' };

/** A box of `count` monitors; each call is one build and gives the monitors whose pages it makes. */
function box(count: number) {
  const turns = openTurns();
  const standings = new Map(Array.from({ length: count }, (_, index) => [`m${index}`, UP]));
  function build() {
    const turn = turns.next(1_000, count, (builds) => 3 * builds);
    const made: string[] = [];
    for (const [name, standing] of standings) {
      if (turn.recall(name, () => standing) !== undefined) continue;
      turn.keep(name, standing, HISTORY);
      made.push(name);
    }
    return { made, pageUntil: turn.pageUntil, remembers: turn.remembers };
  }
  return { build, standings, turns };
}

test('of few monitors every page is made by every build', () => {
  const { build } = box(100);
  for (let turn = 0; turn < 3; turn++) assert.deepEqual([build().made.length, build().pageUntil], [100, 1_003]);
  assert.equal(build().remembers, false);
});

test('of many monitors each page has its turn before it is no longer true', () => {
  const { build } = box(950);
  assert.equal(build().made.length, 950, 'the first build makes all');
  assert.equal(build().remembers, true);
  const seen = new Set<string>();
  for (let turn = 0; turn < 10; turn++) {
    const { made, pageUntil } = build();
    assert.ok(made.length <= 100, `${made.length} pages in one build`);
    assert.equal(pageUntil, 1_030, 'true for three times ten builds');
    for (const name of made) seen.add(name);
  }
  assert.equal(seen.size, 950);
});

test('a monitor that stands otherwise than before has its page made at once', () => {
  const { build, standings } = box(1000);
  build();
  standings.set('m777', { standing: 'down', since: 2, reason: 'connection refused' });
  assert.ok(build().made.includes('m777'));
  standings.set('m777', { standing: 'down', since: 2, reason: 'no answer' });
  assert.ok(build().made.includes('m777'), 'another reason is news too');
});

test('another latency in the reason of what works is no news', () => {
  const { build, standings } = box(1000);
  for (let turn = 0; turn < 3; turn++) build();
  for (const name of standings.keys()) standings.set(name, { ...UP, reason: '14 players' });
  assert.equal(build().made.length, 100);
});

test('after a change of the config all is made anew', () => {
  const { build, turns } = box(300);
  build();
  turns.forget();
  assert.equal(build().made.length, 300);
});
