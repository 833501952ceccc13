import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reasonInWords } from '../../../model/reason.ts';
import { DAY, HOUR, MINUTE } from '../../../model/time.ts';
import { account, type Stretch } from '../../../model/timeline.ts';
import { type Box, EVERY, monitor, withBox } from './judging-box.ts';

/** How the time in `[from, to)` was spent by the transitions of `web` that the ledger has. */
function spent(box: Box, from: number, to: number) {
  const stretches: Stretch[] = box.told
    .filter(({ monitor }) => monitor === 'web')
    .map(({ at, to: standing, blind }) => ({ at, standing, ...(blind && { blind }) }))
    .sort((a, b) => a.at - b.at);
  return account(stretches, from, to);
}

describe('when somebody sets the wall clock', () => {
  test('forward by an hour: that hour was seen by nobody', () =>
    withBox(async (box) => {
      await box.configure([monitor('web')]);
      const began = box.clock.now();
      await box.rounds(20);
      box.clock.jumpWall(HOUR);
      await box.rounds(20);
      const { up, unknown } = spent(box, began, box.clock.now());
      assert.equal(up + unknown, 20 * MINUTE + HOUR);
      assert.ok(Math.abs(unknown - HOUR) <= EVERY, `${unknown} ms unknown`);
      assert.deepEqual(box.story(), ['web up', 'web unknown (unwatched)', 'web up']);
      assert.match(
        reasonInWords(box.told[1]?.reason ?? []),
        /clock was set forward by 60 min|clock was set forward by 1 h/,
      );
    }));

  test('back by three days, which it was ahead: what follows is dated as the clock now says, and outages last as long as they last', () =>
    withBox(async (box) => {
      box.clock.jumpWall(3 * DAY);
      await box.configure([monitor('web')]);
      await box.rounds(20);
      box.clock.jumpWall(-3 * DAY);
      await box.rounds(4);
      const set = box.clock.now();
      box.world.set('web', 'down');
      await box.rounds(20);
      box.world.set('web', 'up');
      await box.rounds(20);
      const { up, down, unknown } = spent(box, set, box.clock.now());
      assert.deepEqual([up, down, unknown], [10 * MINUTE, 10 * MINUTE, 0]);
      assert.ok(box.judging.stands().every(({ since }) => since <= box.clock.now()));
    }));

  test('what is down stays down, and is not confirmed anew', () =>
    withBox(async (box) => {
      await box.configure([monitor('web')]);
      box.world.set('web', 'down');
      await box.rounds(4);
      for (const step of [HOUR, -HOUR]) {
        box.clock.jumpWall(step);
        box.judging.lapse();
        assert.equal(box.judging.stands()[0]?.standing, 'down');
        await box.rounds(2);
      }
      const standings = box.told.map(({ to }) => to);
      assert.deepEqual(standings, ['down', 'unknown', 'down', 'unknown', 'down']);
    }));

  test('a check that was under way is dated by the clock that is right', () =>
    withBox(async (box) => {
      await box.configure([monitor('web')]);
      await box.rounds(2);
      box.world.set('web', 'down');
      // It began before the clock was set, by the clock of then.
      const at = box.clock.now();
      box.clock.jumpWall(-3 * DAY);
      for (let count = 0; count < 2; count++)
        await box.judging.take({
          monitor: 'web',
          vantage: 'local',
          at,
          steadyAt: box.clock.steady(),
          durationMs: 10,
          lateMs: 0,
          finding: { verdict: 'down', reason: ['timeout'] },
        });
      await box.settled();
      assert.equal(box.told.at(-1)?.to, 'down');
      assert.ok((box.told.at(-1)?.at ?? 0) <= box.clock.now());
    }));

  test('a few seconds, and a machine that sleeps, are nothing to tell of', () =>
    withBox(async (box) => {
      await box.configure([monitor('web')]);
      await box.rounds(4);
      for (const step of [20_000, -20_000]) {
        box.clock.jumpWall(step);
        await box.rounds(2);
      }
      assert.deepEqual(box.story(), ['web up']);
    }));

  test('a box that ran while the clock was ten years ahead begins anew when it is right', () =>
    withBox(async (box) => {
      box.clock.jumpWall(3650 * DAY);
      await box.configure([monitor('web')]);
      await box.rounds(4);
      box.clock.jumpWall(-3650 * DAY);
      const now = box.clock.now();
      await box.restartAfter(HOUR);
      assert.deepEqual(
        box.judging.stands().map(({ standing, blind }) => [standing, blind]),
        [['unknown', 'unwatched']],
        'nothing is known until it is checked, for ten years or for a moment',
      );
      await box.rounds(4);
      const [own] = box.judging.stands();
      assert.equal(own?.standing, 'up');
      assert.ok((own?.since ?? 0) >= now + HOUR && (own?.since ?? 0) <= box.clock.now());
    }));
});
