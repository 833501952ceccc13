import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { hold, judge, lapse } from '../../../collector/judge/judge.ts';
import { type Judged, type Seeing, type Series, unjudged } from '../../../collector/judge/series.ts';
import type { Verdict } from '../../../model/finding.ts';

const confirm = { bad: 2, good: 2, everyMs: 5_000 };
const MINUTE = 60_000;

/** Judges one finding a minute from `at` on; a letter each: u(p) g (degraded) d(own) ?(unknown). */
function judgeAll(
  verdicts: string,
  series: Series = unjudged(0),
  at = 0,
  rule = confirm,
): Judged & { changes: Judged['change'][] } {
  const words: Readonly<Record<string, Verdict>> = { u: 'up', g: 'degraded', d: 'down', '?': 'unknown' };
  const changes: Judged['change'][] = [];
  let judged: Judged = { series, doubtful: false };
  for (const [index, letter] of [...verdicts].entries()) {
    const seeing: Seeing = {
      at: at + index * MINUTE,
      verdict: words[letter] ?? 'unknown',
      reason: [`${letter}${index}`],
      evidence: { check: index },
    };
    judged = judge(judged.series, seeing, { confirm: rule });
    if (judged.change) changes.push(judged.change);
  }
  return { ...judged, changes };
}

function story(verdicts: string, rule = confirm): string[] {
  return judgeAll(verdicts, unjudged(0), 0, rule).changes.map(
    (one) => `${one?.from}>${one?.to}@${(one?.at ?? 0) / MINUTE}`,
  );
}

suite('judge', () => {
  test('a first good check is believed at once', () => {
    assert.deepEqual(story('u'), ['unknown>up@0']);
  });

  test('an outage needs two bad checks and begins at the first of them', () => {
    assert.deepEqual(story('uud'), ['unknown>up@0']);
    assert.deepEqual(story('uudd'), ['unknown>up@0', 'up>down@2']);
    assert.deepEqual(story('udududu'), ['unknown>up@0']);
  });

  test('recovery needs two good checks and begins at the first of them', () => {
    assert.deepEqual(story('uddudu'), ['unknown>up@0', 'up>down@1']);
    assert.deepEqual(story('udduu'), ['unknown>up@0', 'up>down@1', 'down>up@3']);
  });

  test('a monitor that was never up is down only once that is confirmed', () => {
    assert.deepEqual(story('d'), []);
    assert.deepEqual(story('dd'), ['unknown>down@0']);
  });

  test('a mixture of degraded and down is at least degraded, and down only when down is confirmed', () => {
    assert.deepEqual(story('ugd'), ['unknown>up@0', 'up>degraded@1']);
    assert.deepEqual(story('ugdd'), ['unknown>up@0', 'up>degraded@1', 'degraded>down@2']);
    assert.deepEqual(story('uddgg'), ['unknown>up@0', 'up>down@1', 'down>degraded@3']);
    assert.deepEqual(story('uddguu'), ['unknown>up@0', 'up>down@1', 'down>degraded@3', 'degraded>up@4']);
  });

  test('getting better from down to degraded begins where it got better, not where the outage began', () => {
    const { series } = judgeAll('udddddgg');
    assert.equal(series.standing, 'degraded');
    assert.equal(series.since, 6 * MINUTE);
  });

  test('with a confirmation of one, the first bad check is enough', () => {
    assert.deepEqual(story('udu', { bad: 1, good: 1, everyMs: 5_000 }), ['unknown>up@0', 'up>down@1', 'down>up@2']);
  });

  test('a check that could not be made is unknown at once, and what is seen again as before is believed at once', () => {
    assert.deepEqual(story('u?u'), ['unknown>up@0', 'up>unknown@1', 'unknown>up@2']);
    assert.deepEqual(story('udd?d'), ['unknown>up@0', 'up>down@1', 'down>unknown@3', 'unknown>down@4']);
  });

  test('blindness does not spare the confirmation of a recovery, nor that of an outage', () => {
    assert.deepEqual(story('udd?u').at(-1), 'down>unknown@3');
    assert.deepEqual(story('udd?uu').at(-1), 'unknown>up@4');
    assert.deepEqual(story('u?d').at(-1), 'up>unknown@1');
    assert.deepEqual(story('u?dd').at(-1), 'unknown>down@2');
  });

  test('the evidence of the first bad check is kept, its reason is that of the last', () => {
    const { changes } = judgeAll('udd');
    assert.deepEqual(changes[1]?.evidence, { check: 1 });
    assert.deepEqual(changes[1]?.reason, ['d2']);
  });

  test('an unconfirmed finding asks for another check soon, a confirmed one does not', () => {
    assert.equal(judgeAll('ud').doubtful, true);
    assert.equal(judgeAll('udd').doubtful, false);
    assert.equal(judgeAll('uddu').doubtful, true);
    assert.equal(judgeAll('u').doubtful, false);
  });

  test('time that nobody watched is unknown from where the last finding ended', () => {
    const { series } = judgeAll('uu');
    const lapsed = lapse(series, 3 * MINUTE, ['nobody was looking']);
    assert.deepEqual(
      [lapsed.change?.from, lapsed.change?.to, lapsed.change?.at, lapsed.change?.blind],
      ['up', 'unknown', 3 * MINUTE, 'unwatched'],
    );
    assert.equal(lapse(lapsed.series, 9 * MINUTE, ['still nobody']).change, undefined);
  });

  test('a bad check held for its parent counts neither way, and becomes unreachable from its own beginning', () => {
    const { series } = judgeAll('uu');
    const held = hold(series, { at: 2 * MINUTE, verdict: 'down', reason: ['timeout'] });
    assert.equal(held.series.standing, 'up');
    const excused = judge(
      held.series,
      { at: 4 * MINUTE, verdict: 'unknown', reason: ['unreachable because of router'], blind: 'unreachable' },
      { confirm },
    );
    assert.deepEqual(
      [excused.change?.to, excused.change?.at, excused.change?.blind],
      ['unknown', 2 * MINUTE, 'unreachable'],
    );
    assert.deepEqual(judgeAll('d', held.series, 3 * MINUTE).changes, []);
  });

  test('a wall clock set back does not make a history run backwards', () => {
    const { series } = judgeAll('uudd', unjudged(0), 100 * MINUTE);
    const back = judgeAll('uu', series, 10 * MINUTE);
    assert.equal(back.changes[0]?.at, series.since);
  });

  test('many changes in an hour are flapping, one thing, until it is calm again', () => {
    const quick = { bad: 1, good: 1, everyMs: 5_000 };
    const { series, changes } = judgeAll('ududududu', unjudged(0), 0, quick);
    assert.equal(series.flapping, true);
    assert.deepEqual(
      changes.map((one) => one?.flapping === true),
      [false, false, false, false, false, false, true, true, true],
    );
    const calm = judgeAll('u', series, 90 * MINUTE, quick);
    assert.equal(calm.series.flapping, false);
  });
});
