import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packDays, readDays } from '../../../collector/ledger/day-block.ts';
import type { DayRecord } from '../../../model/ledger.ts';
import { DAY, dayOf, HOUR, MINUTE, SECOND } from '../../../model/time.ts';
import { addAccounts } from '../../../model/timeline.ts';
import { FakeClock } from '../../fake-clock.ts';
import { check, ledgerFor, START, stand, transition, viewOf } from './open-ledger.ts';

const TODAY = dayOf(START);

function daysOf(folder: string, count: number, now: number, monitor = 'web'): DayRecord[] {
  using view = viewOf(folder);
  const days = view.days.of([monitor], count, now).get(monitor) ?? [];
  return days.map(({ day, account, latency, checks, failed }) => ({ day, account, latency, checks, failed }));
}

function seen(day: Pick<DayRecord, 'latency'> | undefined): number {
  return (day?.latency ?? []).reduce((sum, count) => sum + count, 0);
}

test('time before the first transition is unknown, and today is counted up to now', async (t) => {
  const { folder, ledger } = await ledgerFor(t);
  await ledger.transitions.keep([transition(START, 'unknown', 'up')], [stand(START, 'up', START + DAY)]);
  const days = daysOf(folder, 3, START + HOUR);
  assert.deepEqual(
    days.map(({ day, account }) => [day, account.up, account.unknown]),
    [
      [TODAY - 2 * DAY, 0, DAY],
      [TODAY - DAY, 0, DAY],
      [TODAY, HOUR, START - TODAY],
    ],
  );
});

test('while the box is off nothing is up: a stand counts no longer than its last finding', async (t) => {
  const { folder, ledger, close } = await ledgerFor(t);
  await ledger.transitions.keep([transition(START, 'unknown', 'up')], [stand(START, 'up', START + MINUTE)]);
  await close();
  const [yesterday, today] = daysOf(folder, 2, START + DAY);
  assert.equal(yesterday?.account.up, MINUTE);
  assert.deepEqual(today?.account, { ...addAccounts([]), unknown: START - TODAY });
});

test('a monitor nobody has heard of has only unknown days', async (t) => {
  const { folder } = await ledgerFor(t);
  const days = daysOf(folder, 90, START, 'ghost');
  assert.equal(days.length, 90);
  assert.ok(days.every((day) => day.account.up === 0 && day.checks === 0 && seen(day) === 0));
});

test('a day reads the same before and after it is booked, and a transition learned late reaches into it', async (t) => {
  const clock = new FakeClock(TODAY + 20 * HOUR);
  const { folder, ledger, pass } = await ledgerFor(t, clock);
  await ledger.transitions.keep([transition(TODAY, 'unknown', 'up')], [stand(TODAY, 'up', TODAY + 30 * DAY)]);
  await ledger.transitions.keep([transition(TODAY + 6 * HOUR, 'up', 'down', {})], []);
  await ledger.transitions.keep([transition(TODAY + 7 * HOUR, 'down', 'unknown', { blind: 'unreachable' })], []);
  await ledger.transitions.keep(
    [transition(TODAY + 9 * HOUR, 'unknown', 'degraded')],
    [stand(TODAY, 'degraded', TODAY + 30 * DAY)],
  );
  for (let i = 0; i < 24 * 60; i++) ledger.note(check(TODAY + i * MINUTE, 'up', 10 + (i % 50)), MINUTE);
  await pass(10 * SECOND);
  const later = TODAY + 3 * DAY + HOUR;
  const before = daysOf(folder, 5, later);
  clock.jumpWall(later - clock.now());
  await pass(11 * MINUTE);
  const after = daysOf(folder, 5, later);
  assert.deepEqual(after, before);
  assert.deepEqual(after[1]?.account, {
    up: 6 * HOUR,
    degraded: 15 * HOUR,
    down: HOUR,
    unknown: 0,
    unreachable: 2 * HOUR,
    maintenance: 0,
  });
  assert.equal(seen(after[1]), 24 * 60);
  assert.equal(seen(after[2]), 0);

  await ledger.transitions.keep([transition(TODAY + 12 * HOUR, 'degraded', 'unknown', { blind: 'unwatched' })], []);
  const learned = daysOf(folder, 5, later);
  assert.deepEqual(learned[1]?.account, {
    up: 6 * HOUR,
    degraded: 3 * HOUR,
    down: HOUR,
    unknown: 12 * HOUR,
    unreachable: 2 * HOUR,
    maintenance: 0,
  });
  assert.equal(seen(learned[1]), 24 * 60);
  assert.equal(learned[2]?.account.unknown, DAY);
});

test('checks are kept for twelve weeks and their days for ever', async (t) => {
  const clock = new FakeClock(TODAY + 2 * DAY);
  const { folder, ledger, pass } = await ledgerFor(t, clock);
  await ledger.transitions.keep([transition(TODAY, 'unknown', 'up')], [stand(TODAY, 'up', TODAY + 200 * DAY)]);
  for (let i = 0; i < 1000; i++) ledger.note(check(TODAY + i * MINUTE), MINUTE);
  await pass(11 * MINUTE);
  clock.jumpWall(81 * DAY);
  ledger.note(check(clock.now()), MINUTE);
  await pass(30 * MINUTE);
  {
    using view = viewOf(folder);
    assert.equal(view.checks.between('web', 0, clock.now()).length, 1001);
  }
  clock.jumpWall(7 * DAY);
  await pass(11 * MINUTE);
  using view = viewOf(folder);
  assert.equal(view.checks.between('web', 0, clock.now()).length, 1);
  const first = view.days
    .of(['web'], 100, clock.now())
    .get('web')
    ?.find(({ day }) => day === TODAY);
  assert.equal(first?.account.up, DAY);
  assert.equal(seen(first), 1000);
});

test('a clock that stood in the far future for a moment deletes and books nothing', async (t) => {
  const clock = new FakeClock(TODAY + 12 * HOUR);
  const { folder, ledger, pass } = await ledgerFor(t, clock);
  await ledger.transitions.keep([transition(TODAY, 'unknown', 'up')], [stand(TODAY, 'up', TODAY + 30 * DAY)]);
  for (let i = 0; i < 1000; i++) ledger.note(check(TODAY + i * 10 * SECOND), 10 * SECOND);
  await pass(20 * MINUTE);
  clock.jumpWall(3650 * DAY);
  await pass(5 * MINUTE);
  clock.jumpWall(-3650 * DAY);
  await pass(DAY);
  using view = viewOf(folder);
  assert.equal(view.checks.between('web', 0, TODAY + DAY).length, 1000);
  const [yesterday] = view.days.of(['web'], 2, clock.now()).get('web') ?? [];
  assert.equal(yesterday?.account.up, DAY);
  assert.equal(seen(yesterday), 1000);
});

test('failed checks are counted beside the time; those made while nothing could be seen are not', async (t) => {
  const clock = new FakeClock(TODAY + 20 * HOUR);
  const { folder, ledger, pass } = await ledgerFor(t, clock);
  const fresh = TODAY + 30 * DAY;
  await ledger.transitions.keep(
    [
      transition(TODAY, 'unknown', 'up'),
      transition(TODAY + 6 * HOUR, 'up', 'unknown', { blind: 'unreachable' }),
      transition(TODAY + 7 * HOUR, 'unknown', 'up'),
    ],
    [stand(TODAY, 'up', fresh)],
  );
  for (let i = 0; i < 12 * 60; i++) {
    const isDark = i >= 6 * 60 && i < 7 * 60;
    // Off the whole minute and off the ledger's steps: an instant is kept within 16 ms.
    const at = TODAY + i * MINUTE + (i % 20);
    const verdict = isDark || i % 2 > 0 ? 'down' : i % 10 > 0 ? 'up' : 'unknown';
    ledger.note(check(at, verdict), MINUTE);
  }
  await pass(10 * SECOND);
  // Every second of eleven hours' checks failed, and every tenth could not be made.
  const counted = { checks: 11 * 54, failed: 11 * 30 };
  const count = (day: DayRecord | undefined) => ({ checks: day?.checks, failed: day?.failed });
  assert.deepEqual(count(daysOf(folder, 1, TODAY + 20 * HOUR)[0]), counted);
  clock.jumpWall(DAY);
  await pass(11 * MINUTE);
  assert.deepEqual(count(daysOf(folder, 2, clock.now())[0]), counted, 'also when the day is booked');
  await ledger.transitions.keep([transition(TODAY + 9 * HOUR, 'up', 'unknown', { blind: 'offline' })], []);
  const [learned] = daysOf(folder, 2, clock.now());
  assert.deepEqual(count(learned), { checks: 8 * 54, failed: 8 * 30 }, 'and when a transition is learned late');
  assert.equal(learned?.account.up, 8 * HOUR);
});

test('a block of days keeps announced work and counts, and one of an older release is read as it is', () => {
  const start = 0;
  const latency: number[] = new Array(256).fill(0);
  latency[90] = 7;
  const account = { ...addAccounts([]), up: 20 * HOUR, maintenance: 3 * HOUR, unknown: HOUR };
  const day = { day: 3 * DAY, account, latency, checks: 1_000, failed: 57 };
  const plain = ({ day, account, latency, checks, failed }: DayRecord) => ({ day, account, latency, checks, failed });
  assert.deepEqual(readDays(start, packDays(start, [day])).map(plain), [day]);
  // 23 h up, an hour down, some latencies: as the release before wrote it.
  const older = Uint8Array.from(Buffer.from('0a80dbbd270080dddb01000a5c290128014e0127014e', 'hex'));
  const [read] = readDays(start, older).map(plain);
  assert.deepEqual(read?.account, { ...addAccounts([]), up: 23 * HOUR, down: HOUR });
  assert.deepEqual([read?.day, read?.checks, read?.failed], [10 * DAY, 0, 0]);
  assert.equal(seen(read), 276);
  assert.deepEqual(readDays(start, Uint8Array.of(0x83, 1, 2, 3)), [], 'nothing of a form that is not known');
});
