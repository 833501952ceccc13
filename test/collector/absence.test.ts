import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchAbsence } from '../../collector/absence.ts';
import { DAY, HOUR } from '../../model/time.ts';
import { FakeClock } from '../fake-clock.ts';

test('a box was away from its last writing until its start; a new one never was', () => {
  const clock = new FakeClock();
  const now = clock.now();
  assert.equal(watchAbsence(clock, undefined)(), undefined);
  const absence = watchAbsence(clock, now - HOUR);
  clock.sleep(DAY);
  assert.deepEqual(absence(), { from: now - HOUR, to: now });
});

test('nothing could arrive in time that the clock skipped', () => {
  const clock = new FakeClock();
  const now = clock.now();
  const absence = watchAbsence(clock, undefined);
  clock.jumpWall(HOUR);
  assert.deepEqual(absence(), { from: now, to: now + HOUR });
  clock.jumpWall(-HOUR);
  assert.deepEqual(absence(), { from: now, to: now });
});

test('where the last writing is later than now, nobody knows since when the box was away', () => {
  const clock = new FakeClock();
  const now = clock.now();
  assert.deepEqual(watchAbsence(clock, now + 3 * DAY)(), { from: 0, to: now });
});
