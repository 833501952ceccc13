import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { reasonInWords } from '../../../model/reason.ts';
import { type Box, EVERY, inTurn, monitor, SECOND, withBox } from './judging-box.ts';

const standOf = (box: Box, name: string) => box.judging.stands().find((one) => one.monitor === name);
const standings = (box: Box) => box.judging.stands().map((one) => `${one.monitor} ${one.blind ?? one.standing}`);

suite('bad checks that wait for what would explain them', () => {
  test('a child that is dead is down, from its first bad check, while its parent fails every second time', () =>
    withBox(async (box) => {
      await box.configure([monitor('kid', { needs: ['par'] }), monitor('par')]);
      await box.rounds(2);
      const died = box.clock.now();
      box.world.set('par', inTurn('down', 'up')).set('kid', 'down');
      await box.rounds(6);
      assert.equal(standOf(box, 'kid')?.standing, 'down');
      assert.equal(standOf(box, 'kid')?.since, died);
      assert.ok(box.told.every((one) => one.blind === undefined));
    }));

  test('so it is when it was never seen before, and after a restart of the box', () =>
    withBox(async (box) => {
      box.world.set('par', inTurn('up', 'down')).set('kid', 'down');
      await box.configure([monitor('kid', { needs: ['par'] }), monitor('par')]);
      await box.rounds(5);
      assert.equal(standOf(box, 'kid')?.standing, 'down');
      box.world.set('kid', 'up');
      await box.rounds(4);
      box.world.set('kid', 'down');
      await box.check('kid');
      await box.restartAfter(2 * SECOND);
      await box.rounds(6);
      assert.equal(standOf(box, 'kid')?.standing, 'down');
    }));

  test('one bad check is enough where the config says so, once the parent has been judged up', () =>
    withBox(async (box) => {
      await box.configure([
        monitor('par'),
        monitor('kid', { needs: ['par'], confirm: { bad: 1, good: 1, everyMs: SECOND } }),
      ]);
      await box.rounds(2);
      box.world.set('par', 'down').set('kid', 'down');
      await box.check('kid');
      assert.equal(standOf(box, 'kid')?.standing, 'up', 'it may be the parent');
      box.world.set('par', 'up');
      await box.check('par');
      assert.equal(standOf(box, 'kid')?.standing, 'down');
    }));

  test('a child that fails while its parent goes down is unreachable from its own first bad check', () =>
    withBox(async (box) => {
      await box.configure([monitor('kid', { needs: ['par'] }), monitor('par')]);
      await box.rounds(2);
      const died = box.clock.now();
      box.world.set('par', 'down').set('kid', 'down');
      await box.rounds(3);
      assert.deepEqual(box.story().slice(2), ['par down', 'kid unknown (unreachable)']);
      assert.equal(standOf(box, 'kid')?.since, died);
    }));

  for (const others of [
    ['degraded', 'down'],
    ['unknown', 'down'],
    ['up', 'down', 'degraded', 'down', 'unknown'],
  ] as const) {
    test(`so it is while its parent is ${others.join(', ')} in turn`, () =>
      withBox(async (box) => {
        await box.configure([monitor('kid', { needs: ['par'] }), monitor('par')]);
        await box.rounds(2);
        box.world.set('par', inTurn(...others)).set('kid', 'down');
        await box.rounds(6);
        assert.equal(standOf(box, 'kid')?.standing, 'down');
      }));
  }

  test('of several parents one that fails in turn does not spare it, and one that is down explains it', () =>
    withBox(async (box) => {
      await box.configure([
        monitor('kid', { needs: ['flaky', 'solid'] }),
        monitor('flaky'),
        monitor('solid', { title: 'Solid' }),
      ]);
      await box.rounds(2);
      box.world.set('flaky', inTurn('down', 'up')).set('kid', 'down');
      await box.rounds(6);
      assert.equal(standOf(box, 'kid')?.standing, 'down');
      box.world.set('solid', 'down');
      await box.rounds(4);
      assert.equal(reasonInWords(standOf(box, 'kid')?.reason ?? []), 'unreachable because of Solid');
    }));

  test('a website that is dead is down while the only canary fails every second time, and is never called offline', () =>
    withBox(async (box) => {
      await box.configure([monitor('website'), monitor('quad9')], ['quad9']);
      await box.rounds(2);
      const died = box.clock.now();
      box.world.set('quad9', inTurn('down', 'up')).set('website', 'down');
      await box.rounds(12);
      assert.equal(standOf(box, 'website')?.standing, 'down');
      assert.equal(standOf(box, 'website')?.since, died);
      assert.ok(
        box.told.every((one) => one.blind === undefined),
        box.story().join(', '),
      );
    }));

  test('two canaries that fail in turn, but not together, excuse nothing', () =>
    withBox(async (box) => {
      await box.configure([monitor('website'), monitor('a'), monitor('b')], ['a', 'b']);
      await box.rounds(2);
      box.world.set('a', inTurn('down', 'up')).set('b', inTurn('up', 'down')).set('website', 'down');
      await box.rounds(8);
      assert.equal(standOf(box, 'website')?.standing, 'down');
    }));

  test('a box that is offline says so from the first bad check on, once its canaries are sure', () =>
    withBox(async (box) => {
      await box.configure([monitor('website'), monitor('quad9')], ['quad9']);
      await box.rounds(2);
      const lost = box.clock.now();
      box.world.set('quad9', 'down').set('website', 'down');
      await box.check('website');
      await box.settled();
      assert.deepEqual(standings(box), ['website up', 'quad9 up']);
      assert.ok(box.asked.includes('quad9'), 'a canary in doubt is looked at again soon');
      await box.rounds(2);
      assert.deepEqual(standings(box), ['website offline', 'quad9 offline']);
      assert.equal(standOf(box, 'website')?.since, lost);
    }));

  test('canaries excuse the vantage that they were checked from, and no other', () =>
    withBox(async (box) => {
      await box.configure(
        [
          monitor('website', { vantages: ['local', 'vps'], agree: 'any' }),
          monitor('here', { vantages: ['local'] }),
          monitor('there', { vantages: ['vps'] }),
        ],
        ['here', 'there'],
      );
      await box.rounds(2);
      box.world.set('here', 'down').set('website', 'down');
      await box.rounds(4);
      assert.deepEqual(standings(box), ['website down', 'here offline', 'there up']);
      box.world.set('here', 'up').set('there', 'down').set('website@local', 'up');
      await box.rounds(6);
      assert.deepEqual(standings(box), ['website up', 'here up', 'there offline']);
    }));

  test('a vantage without canaries is not excused by those of another', () =>
    withBox(async (box) => {
      await box.configure([monitor('port', { vantages: ['outside'] }), monitor('quad9')], ['quad9']);
      await box.rounds(2);
      box.world.set('quad9', 'down').set('port', 'down');
      await box.rounds(4);
      assert.deepEqual(standings(box), ['port down', 'quad9 offline']);
    }));

  test('what needs a monitor that cannot be judged, as its own vantage is offline, does not wait for ever', () =>
    withBox(async (box) => {
      await box.configure(
        [monitor('port', { vantages: ['outside'], needs: ['shop'] }), monitor('shop'), monitor('quad9')],
        ['quad9'],
      );
      await box.rounds(2);
      for (const name of ['port', 'shop', 'quad9']) box.world.set(name, 'down');
      await box.rounds(6);
      assert.deepEqual(standings(box), ['port down', 'shop offline', 'quad9 offline']);
    }));

  test('each vantage holds its own checks, and a parent is in doubt only when all vantages that see it have failed', () =>
    withBox(async (box) => {
      const vantages = ['local', 'vps'];
      await box.configure([monitor('kid', { needs: ['par'], vantages }), monitor('par', { vantages })]);
      await box.rounds(2);
      box.world.set('par@local', inTurn('down', 'up')).set('par@vps', inTurn('down', 'up')).set('kid@vps', 'down');
      await box.rounds(8);
      assert.equal(standOf(box, 'kid')?.standing, 'degraded');
      box.world.set('kid@local', 'down');
      await box.rounds(8);
      assert.equal(standOf(box, 'kid')?.standing, 'down');
    }));

  test('a parent that one vantage cannot look at, and that is dead for the other, is in doubt and then the cause', () =>
    withBox(async (box) => {
      await box.configure([
        monitor('kid', { needs: ['par'] }),
        monitor('par', { title: 'Par', vantages: ['local', 'vps'] }),
      ]);
      await box.rounds(2);
      box.world.set('par@vps', 'unknown').set('par@local', 'down').set('kid', 'down');
      await box.rounds(4);
      assert.equal(reasonInWords(standOf(box, 'kid')?.reason ?? []), 'unreachable because of Par');
      assert.ok(!box.story().includes('kid down'));
    }));

  test('what was held when nobody looked any more is nobody’s: unwatched, and no outage in between', () =>
    withBox(async (box) => {
      await box.configure([
        monitor('kid', { needs: ['par'] }),
        monitor('par', { confirm: { bad: 5, good: 2, everyMs: SECOND } }),
      ]);
      await box.rounds(2);
      box.world.set('par', 'down').set('kid', 'down');
      await box.check('kid');
      await box.check('kid');
      await box.settled();
      box.clock.sleep(3_600 * SECOND);
      box.judging.lapse();
      await box.settled();
      assert.deepEqual(box.story().slice(2).sort(), ['kid unknown (unwatched)', 'par unknown (unwatched)']);
      box.world.set('par', 'up').set('kid', 'up');
      await box.clock.advance(EVERY);
      await box.rounds(1);
      assert.deepEqual(standings(box), ['kid up', 'par up']);
    }));
});
