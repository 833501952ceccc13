import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { judge, type Rules, shownOf } from '../../../collector/judge/judge.ts';
import { type Series, unjudged } from '../../../collector/judge/series.ts';
import { reasonInWords } from '../../../model/reason.ts';
import { inTurn, monitor, withBox } from './judging-box.ts';

const MINUTE = 60_000;
const failureRate = { window: 20, least: 3, share: 0.2 };
const RULES: Rules = { confirm: { bad: 2, good: 2, everyMs: 5_000 }, failureRate };

/** Judges a check a minute: u(p), d(own), ?(unknown). Answers the changes that people see, and how it stands at last. */
function story(verdicts: string, rules = RULES, before?: Series) {
  let series = before ?? unjudged(0);
  const changes: string[] = [];
  for (const [index, letter] of [...verdicts].entries()) {
    const verdict = letter === 'u' ? 'up' : letter === 'd' ? 'down' : 'unknown';
    const seeing = { at: index * MINUTE, verdict, reason: [verdict === 'down' ? '503' : 'fine'] } as const;
    const { series: next, change } = judge(series, seeing, rules);
    series = next;
    if (change) changes.push(`${change.from}>${change.to}@${change.at / MINUTE}`);
  }
  return { series, changes, reason: reasonInWords(shownOf(series).reason), standing: shownOf(series).standing };
}

suite('failing too often', () => {
  test('a balancer with one dead backend is degraded from its first failure on, and says so', () => {
    const { changes, reason } = story('du'.repeat(50));
    assert.deepEqual(changes, ['unknown>up@1', 'up>degraded@2']);
    assert.equal(reason, 'every second check fails: 503');
  });

  test('one of five that fails is degraded as well, in figures', () => {
    const { standing, reason } = story('uuuud'.repeat(8).concat('u'));
    assert.equal(standing, 'degraded');
    assert.equal(reason, '4 of the last 20 checks failed: 503');
  });

  test('a rare failure is none', () => {
    assert.deepEqual(story('uuuuuuuuud'.repeat(20)).changes, ['unknown>up@0']);
    assert.deepEqual(story('dudu').changes, ['unknown>up@1']);
  });

  test('it comes up by itself when few enough are left, and does not flap on the way', () => {
    const { changes } = story(`${'du'.repeat(20)}${'u'.repeat(30)}`);
    assert.deepEqual(changes.slice(2), ['degraded>up@56']);
    const border = story('uuuud'.repeat(20).concat('u'.repeat(4), 'uuuuuud'.repeat(20)));
    assert.deepEqual(border.changes.length, 2, 'three of twenty is between the two bounds');
  });

  test('an outage that was confirmed and is over leaves nothing behind', () => {
    assert.deepEqual(story('uuuudddddduuuuuu').changes, ['unknown>up@0', 'up>down@4', 'down>up@10']);
    assert.deepEqual(story('ddduuuuuu').changes, ['unknown>down@0', 'down>up@3']);
    const patient = { ...RULES, confirm: { bad: 5, good: 2, everyMs: 5_000 } };
    assert.deepEqual(story('uuuudddddduuuuuu', patient).changes, ['unknown>up@0', 'up>down@4', 'down>up@10']);
  });

  test('what was failing in turn before an outage still is after it', () => {
    const { changes } = story('dudududududdddduuu');
    assert.deepEqual(changes, ['unknown>up@1', 'up>degraded@2', 'degraded>down@10', 'down>degraded@15']);
  });

  test('what fails in turn after an outage is not down for ever', () => {
    const { changes, reason } = story(`uu${'d'.repeat(5)}${'ud'.repeat(20)}`);
    assert.deepEqual(changes, ['unknown>up@0', 'up>down@2', 'down>degraded@11']);
    assert.equal(reason, 'every second check fails: 503');
  });

  test('checks that could not be made do not count, and what was failing still is when it is seen again', () => {
    const { changes } = story('dudududu???du');
    assert.deepEqual(changes, ['unknown>up@1', 'up>degraded@2', 'degraded>unknown@8', 'unknown>degraded@12']);
    assert.deepEqual(story('u?u?u?d?u?d?u?u?u?u?u?u?u?u?u?u?u').standing, 'up');
  });

  test('its bounds can be set, and it can be off', () => {
    const strict = { ...RULES, failureRate: { window: 10, least: 1, share: 0.1 } };
    assert.equal(story('uuuuuuuuudu', strict).standing, 'degraded');
    const { failureRate: _, ...off } = RULES;
    assert.deepEqual(story('du'.repeat(50), off).changes, ['unknown>up@1']);
    const { series } = story('du'.repeat(20));
    assert.equal(story('u', off, series).standing, 'up', 'switched off while it was failing');
  });
});

suite('failing too often, in the box', () => {
  const kept = (more = {}) => monitor('shop', { failureRate, ...more });

  test('each vantage counts for itself', () =>
    withBox(async (box) => {
      await box.configure([kept({ vantages: ['local', 'vps'] })]);
      box.world.set('shop@vps', inTurn('up', 'down'));
      await box.rounds(10);
      const [stand] = box.judging.stands();
      assert.equal(stand?.standing, 'degraded');
      assert.equal(
        stand && reasonInWords(stand.reason),
        'degraded from vps: every second check fails: timeout; fine from here',
      );
    }));

  test('checks that its parent or the canaries explain do not count', () =>
    withBox(async (box) => {
      await box.configure([kept({ needs: ['par'] }), monitor('par')]);
      await box.rounds(2);
      for (let outage = 0; outage < 3; outage++) {
        box.world.set('par', 'down').set('shop', 'down');
        await box.rounds(3);
        box.world.set('par', 'up').set('shop', 'up');
        await box.rounds(3);
      }
      const own = box.story().filter((one) => one.startsWith('shop'));
      assert.deepEqual([...new Set(own)], ['shop up', 'shop unknown (unreachable)']);
    }));

  test('held checks count once nothing explains them', () =>
    withBox(async (box) => {
      await box.configure([
        kept({ needs: ['par'], confirm: { bad: 3, good: 2, everyMs: 5_000 } }),
        monitor('par', { confirm: { bad: 3, good: 2, everyMs: 5_000 } }),
      ]);
      await box.rounds(2);
      for (let round = 0; round < 3; round++) {
        box.world.set('par', 'down').set('shop', 'down');
        await box.check('shop');
        box.world.set('par', 'up');
        await box.check('par');
        box.world.set('shop', 'up');
        await box.rounds(1);
      }
      assert.equal(box.judging.stands()[0]?.standing, 'degraded');
    }));

  test('a restart neither forgets it nor counts it twice', () =>
    withBox(async (box) => {
      await box.configure([kept()]);
      box.world.set('shop', inTurn('up', 'down'));
      await box.rounds(12);
      assert.deepEqual(box.story(), ['shop up', 'shop degraded']);
      await box.restartAfter(3_000);
      await box.rounds(12);
      assert.deepEqual(box.story(), ['shop up', 'shop degraded']);
      box.world.set('shop', 'up');
      await box.rounds(10);
      await box.restartAfter(3_000);
      await box.rounds(3);
      assert.equal(box.judging.stands()[0]?.standing, 'degraded', 'half of the window is not clean yet');
      await box.rounds(12);
      assert.deepEqual(box.story(), ['shop up', 'shop degraded', 'shop up']);
    }));
});
