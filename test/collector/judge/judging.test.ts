import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { reasonInWords } from '../../../model/reason.ts';
import { EVERY, monitor, SECOND, withBox } from './judging-box.ts';

suite('judging', () => {
  test('people are told once of an outage and once of its end, and the ledger has both', () =>
    withBox(async (box) => {
      await box.configure([monitor('website')]);
      await box.rounds(2);
      box.world.set('website', 'down');
      await box.rounds(4);
      box.world.set('website', 'up');
      await box.rounds(4);
      assert.deepEqual(box.story(), ['website up', 'website down', 'website up']);
      const saved = await box.ledger.standings.kept();
      assert.deepEqual(saved.map((one) => [one.vantage, one.standing]).sort(), [
        ['', 'up'],
        ['local', 'up'],
      ]);
    }));

  test('children of a router that is down are unreachable because of it, and only the router is news of an outage', () =>
    withBox(async (box) => {
      await box.configure([monitor('nas', { needs: ['router'] }), monitor('router', { title: 'Router' })]);
      await box.rounds(2);
      box.world.set('router', 'down').set('nas', 'down');
      await box.rounds(3);
      assert.deepEqual(box.story(), ['nas up', 'router up', 'router down', 'nas unknown (unreachable)']);
      const nas = box.judging.stands().find((one) => one.monitor === 'nas');
      assert.equal(reasonInWords(nas?.reason ?? []), 'unreachable because of Router');
      const [router, child] = box.told.slice(-2);
      assert.ok((child?.at ?? 0) <= (router?.at ?? 0) + EVERY, 'the child is unreachable from its first bad check on');
    }));

  test('the router is checked again before a child is judged', () =>
    withBox(async (box) => {
      await box.configure([monitor('router'), monitor('nas', { needs: ['router'] })]);
      await box.rounds(2);
      box.world.set('nas', 'down');
      await box.clock.advance(SECOND);
      await box.check('nas');
      assert.deepEqual(box.rechecked, ['router']);
    }));

  test('a child that fails while its router is well is down', () =>
    withBox(async (box) => {
      await box.configure([monitor('router'), monitor('nas', { needs: ['router'] })]);
      await box.rounds(2);
      box.world.set('nas', 'down');
      await box.rounds(3);
      assert.deepEqual(box.story(), ['router up', 'nas up', 'nas down']);
    }));

  test('when the router comes back its children are looked at at once, and their recovery is told', () =>
    withBox(async (box) => {
      await box.configure([monitor('router'), monitor('nas', { needs: ['router'] })]);
      await box.rounds(2);
      box.world.set('router', 'down').set('nas', 'down');
      await box.rounds(3);
      box.world.set('router', 'up').set('nas', 'up');
      await box.check('router');
      await box.check('router');
      assert.ok(box.asked.includes('nas'));
      await box.rounds(3);
      assert.deepEqual(box.story().slice(-2).sort(), ['nas up', 'router up']);
    }));

  test('a grandchild names the root of the trouble', () =>
    withBox(async (box) => {
      await box.configure([
        monitor('router', { title: 'Router' }),
        monitor('nas', { needs: ['router'] }),
        monitor('photos', { needs: ['nas'] }),
      ]);
      await box.rounds(2);
      for (const name of ['router', 'nas', 'photos']) box.world.set(name, 'down');
      await box.rounds(4);
      const photos = box.judging.stands().find((one) => one.monitor === 'photos');
      assert.deepEqual(
        [photos?.blind, photos && reasonInWords(photos.reason)],
        ['unreachable', 'unreachable because of Router'],
      );
    }));

  test('while all canaries fail the box is offline: nothing is down, and what still answers is still up', () =>
    withBox(async (box) => {
      const names = ['gateway', 'quad9', 'website', 'loopback'];
      await box.configure(
        names.map((name) => monitor(name)),
        ['gateway', 'quad9'],
      );
      await box.rounds(2);
      for (const name of ['gateway', 'quad9', 'website']) box.world.set(name, 'down');
      await box.rounds(4);
      assert.ok(
        box.told.every((one) => one.to !== 'down'),
        box.story().join(', '),
      );
      const stands = Object.fromEntries(box.judging.stands().map((one) => [one.monitor, one.blind ?? one.standing]));
      assert.deepEqual(stands, { gateway: 'offline', quad9: 'offline', website: 'offline', loopback: 'up' });
    }));

  test('while one canary still answers, an outage is an outage', () =>
    withBox(async (box) => {
      await box.configure(
        ['gateway', 'quad9', 'website'].map((name) => monitor(name)),
        ['gateway', 'quad9'],
      );
      await box.rounds(2);
      box.world.set('gateway', 'down').set('website', 'down');
      await box.rounds(4);
      assert.deepEqual(box.story().slice(3).sort(), ['gateway down', 'website down']);
    }));

  test('two canaries that fail together do not go on asking for each other', () =>
    withBox(async (box) => {
      await box.configure(
        ['gateway', 'quad9'].map((name) => monitor(name)),
        ['gateway', 'quad9'],
      );
      await box.rounds(1);
      box.world.set('gateway', 'down').set('quad9', 'down');
      await box.rounds(3);
      assert.ok(box.rechecked.length <= 8, `${box.rechecked.length} rechecks in three rounds`);
    }));

  test('a target that lets every check wait for its deadline is down, not unwatched in between', () =>
    withBox(async (box) => {
      const timeout = 10 * SECOND;
      await box.configure([monitor('web', { timeoutMs: timeout })]);
      box.world.set('web', 'down');
      for (let round = 0; round < 4; round++) {
        await box.check('web', 'local', timeout);
        // The turn that falls into a check is left out: the next one ends so long after it.
        await box.clock.advance(EVERY + timeout);
        box.judging.lapse();
      }
      await box.settled();
      assert.deepEqual(box.story(), ['web down']);
    }));

  test('a box that was off for hours says that nobody was looking, from where the last finding ended', () =>
    withBox(async (box) => {
      await box.configure([monitor('website')]);
      await box.rounds(3);
      const lastCheck = box.clock.now() - EVERY;
      await box.restartAfter(3 * 3_600 * SECOND);
      const gap = box.told.at(-1);
      assert.deepEqual([gap?.to, gap?.blind], ['unknown', 'unwatched']);
      assert.ok(Math.abs((gap?.at ?? 0) - (lastCheck + EVERY + 10 * SECOND)) <= 2 * SECOND);
    }));

  test('a restart that takes seconds changes nothing', () =>
    withBox(async (box) => {
      await box.configure([monitor('website')]);
      await box.rounds(3);
      await box.restartAfter(3 * SECOND);
      assert.deepEqual(box.story(), ['website up']);
      assert.equal(box.judging.stands()[0]?.standing, 'up');
    }));

  test('an outage that outlasts a restart is still the same outage', () =>
    withBox(async (box) => {
      await box.configure([monitor('website')]);
      await box.rounds(2);
      box.world.set('website', 'down');
      await box.rounds(3);
      const since = box.judging.stands()[0]?.since;
      await box.restartAfter(3 * SECOND);
      await box.rounds(2);
      assert.equal(box.judging.stands()[0]?.since, since);
      assert.deepEqual(box.story(), ['website up', 'website down']);
    }));

  test('while the wall clock jumps by hours all stands as before, when the machine slept it does not', () =>
    withBox(async (box) => {
      await box.configure([monitor('website')]);
      await box.rounds(2);
      box.clock.jumpWall(5 * 3_600 * SECOND);
      await box.rounds(2);
      box.clock.jumpWall(-7 * 3_600 * SECOND);
      assert.equal(box.judging.stands()[0]?.standing, 'up');
      await box.rounds(2);
      assert.equal(box.story().at(-1), 'website up');
      box.clock.sleep(3_600 * SECOND);
      box.judging.lapse();
      await box.settled();
      assert.equal(box.story().at(-1), 'website unknown (unwatched)');
    }));

  test('two vantages that disagree are degraded, in the words of both', () =>
    withBox(async (box) => {
      await box.configure([monitor('website', { vantages: ['local', 'vps'] })]);
      await box.rounds(2);
      box.world.set('website@vps', 'down');
      await box.rounds(3);
      const stand = box.judging.stands()[0];
      assert.deepEqual(
        [stand?.standing, stand && reasonInWords(stand.reason)],
        ['degraded', 'down from vps: timeout; fine from here'],
      );
    }));

  test('what is cut off from outside is down where any vantage is enough, in the words of the one that fails first', () =>
    withBox(async (box) => {
      await box.configure([monitor('website', { vantages: ['local', 'outside'], agree: 'any' })]);
      await box.rounds(2);
      box.world.set('website@outside', 'down');
      await box.rounds(3);
      const stand = box.judging.stands()[0];
      assert.deepEqual(
        [stand?.standing, stand && reasonInWords(stand.reason)],
        ['down', 'down from outside: timeout; fine from here'],
      );
    }));

  for (const [agree, standing] of [
    ['any', 'down'],
    ['majority', 'degraded'],
    ['all', 'degraded'],
  ] as const) {
    test(`one of three vantages down is ${standing} where ${agree} must agree`, () =>
      withBox(async (box) => {
        await box.configure([monitor('website', { vantages: ['a', 'b', 'c'], agree })]);
        await box.rounds(1);
        box.world.set('website@b', 'down');
        await box.rounds(3);
        assert.equal(box.judging.stands()[0]?.standing, standing);
      }));
  }

  test('a monitor that was removed is forgotten, and takes up its history when it comes back', () =>
    withBox(async (box) => {
      await box.configure([monitor('website'), monitor('mail')]);
      await box.rounds(2);
      await box.configure([monitor('mail')]);
      assert.deepEqual(
        box.judging.stands().map((one) => one.monitor),
        ['mail'],
      );
      await box.configure([monitor('website'), monitor('mail')]);
      assert.equal(box.judging.stands()[0]?.standing, 'up');
    }));
});
