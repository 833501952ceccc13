import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, dayOf, HOUR, MINUTE, SECOND } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { check, ledgerFor, START, stand, transition, viewOf } from './open-ledger.ts';

type Box = Awaited<ReturnType<typeof ledgerFor>>;

/** Twenty minutes by the box's clock: up, five minutes down, up; a check a minute, a pulse and a change. */
async function twentyMinutes({ ledger, clock, pass }: Box): Promise<void> {
  const begun = clock.now();
  const keep = (from: 'unknown' | 'up' | 'down', to: 'up' | 'down') =>
    ledger.transitions.keep([transition(clock.now(), from, to)], [stand(clock.now(), to, clock.now() + HOUR)]);
  await keep('unknown', 'up');
  await ledger.pulses.keep({ monitor: 'job', at: begun, signal: 'ok' });
  await ledger.changes.add([{ at: begun, kind: 'package', what: 'curl', to: '8.1' }]);
  for (let minute = 0; minute < 20; minute++) {
    if (minute === 10) await keep('up', 'down');
    if (minute === 15) await keep('down', 'up');
    ledger.note(check(clock.now(), minute >= 10 && minute < 15 ? 'down' : 'up'), MINUTE);
    await pass(MINUTE);
  }
}

/** What a reader sees of the twenty minutes from `begun`, when it is `now`. */
function seen(folder: string, begun: number, now: number) {
  using view = viewOf(folder);
  const account = view.days.of(['web'], 1, now).get('web')?.[0]?.account;
  return {
    transitions: view.transitions
      .of('web', 0, now, 10)
      .reverse()
      .map(({ at, to }) => [Math.round((at - begun) / MINUTE), to]),
    checks: view.checks.between('web', begun - SECOND, begun + 20 * MINUTE).length,
    changes: view.changes.between(begun - SECOND, begun + MINUTE, 10).length,
    down: Math.round((account?.down ?? 0) / MINUTE),
  };
}

const WHOLE = {
  transitions: [
    [0, 'up'],
    [10, 'down'],
    [15, 'up'],
  ],
  checks: 20,
  changes: 1,
  down: 5,
};

for (const [ahead, words] of [
  [3 * DAY, '3 days'],
  [3650 * DAY, '3650 days'],
  [2 * HOUR, '2 h'],
] as const)
  test(`what a clock dated that was ${words} ahead stands where it belongs once it is set right, and that is said`, async (t) => {
    const box = await ledgerFor(t, new FakeClock(START + ahead));
    await twentyMinutes(box);
    box.clock.jumpWall(-ahead);
    // Not at once: the clock might be wrong now.
    await box.pass(5 * MINUTE);
    await box.pass(10 * MINUTE);
    assert.deepEqual(seen(box.folder, START, box.clock.now()), WHOLE);
    assert.equal((await box.ledger.pulses.latest())[0]?.at, START);
    assert.equal(box.troubles.length, 2, box.troubles.join('\n'));
    assert.equal(box.troubles[0], `this machine's clock was set back by ${words}`);
    assert.match(
      box.troubles[1] ?? '',
      /^\d+ entries of the ledger, dated while the clock was ahead, now stand where they belong$/,
    );
    await box.pass(HOUR);
    assert.equal(box.troubles.length, 2, 'once');
  });

test('a clock that is set in the first seconds, as at boot, is noticed', async (t) => {
  const { ledger, clock, folder, pass, troubles } = await ledgerFor(t, new FakeClock(START + DAY));
  await ledger.transitions.keep([transition(clock.now(), 'unknown', 'up')], []);
  clock.jumpWall(-DAY);
  await pass(15 * MINUTE);
  assert.equal(troubles[0], "this machine's clock was set back by 24 h");
  using view = viewOf(folder);
  assert.deepEqual(
    view.transitions.of('web', 0, START + 2 * DAY, 10).map(({ at }) => at),
    [START],
  );
});

test('what follows is dated by the clock as it is, from the moment it is set right', async (t) => {
  const { ledger, clock, folder, pass } = await ledgerFor(t, new FakeClock(START + 3 * DAY));
  await ledger.transitions.keep([transition(clock.now(), 'unknown', 'up')], []);
  clock.jumpWall(-3 * DAY);
  await ledger.transitions.keep([transition(clock.now(), 'up', 'down')], []);
  await pass(3 * MINUTE);
  await ledger.transitions.keep(
    [transition(clock.now(), 'down', 'up')],
    [stand(clock.now(), 'up', clock.now() + HOUR)],
  );
  await pass(8 * SECOND);
  using view = viewOf(folder);
  const account = view.days.of(['web'], 1, clock.now()).get('web')?.[0]?.account;
  assert.deepEqual([account?.down, account?.up], [3 * MINUTE, 8 * SECOND]);
});

test('a clock that is only slewed makes no history run backwards', async (t) => {
  const { folder, ledger } = await ledgerFor(t);
  await ledger.transitions.keep([transition(START, 'up', 'down')], []);
  await ledger.transitions.keep([transition(START - 20 * SECOND, 'down', 'up')], []);
  using view = viewOf(folder);
  assert.deepEqual(
    view.transitions.of('web', 0, START + DAY, 10).map(({ at, to }) => [at - START, to]),
    [
      [0, 'up'],
      [0, 'down'],
    ],
  );
});

test('what a box before this one dated ahead is not seen, and goes when the clock comes to it', async (t) => {
  const before = await ledgerFor(t, new FakeClock(START + 2 * HOUR));
  await twentyMinutes(before);
  await before.close();
  const box = await ledgerFor(t, new FakeClock(START), before.folder);
  await box.ledger.transitions.keep([transition(START, 'up', 'up')], [stand(START, 'up', START + DAY)]);
  await box.pass(3 * HOUR);
  const { transitions, down } = seen(box.folder, START, box.clock.now());
  assert.deepEqual(transitions, [[0, 'up']]);
  assert.equal(down, 0);
  assert.match(box.troubles[0] ?? '', /clock is 2 h behind what it was when the ledger was last written/);
  assert.match(box.troubles.slice(1).join(), /of the ledger, dated by a clock that was ahead, were taken out/);
});

test('a box that starts with a clock that is behind loses nothing of what was before, and goes on when it has the time', async (t) => {
  const before = await ledgerFor(t);
  await twentyMinutes(before);
  await before.close();
  const behind = 30 * DAY;
  const box = await ledgerFor(t, new FakeClock(START - behind), before.folder);
  await box.pass(HOUR);
  box.clock.jumpWall(behind + 2 * HOUR);
  await box.pass(HOUR);
  const { transitions, checks } = seen(box.folder, START, box.clock.now());
  assert.deepEqual([transitions, checks], [WHOLE.transitions, WHOLE.checks]);
});

test('a box that runs for an hour with a clock a year ahead deletes nothing, and closes no day', async (t) => {
  const before = await ledgerFor(t);
  await twentyMinutes(before);
  await before.close();
  const box = await ledgerFor(t, new FakeClock(START + 365 * DAY), before.folder);
  await box.pass(HOUR);
  await box.close();
  assert.deepEqual(seen(box.folder, START, START + 30 * MINUTE), WHOLE);
  const right = await ledgerFor(t, new FakeClock(START + DAY), before.folder);
  await right.pass(15 * MINUTE);
  using view = viewOf(right.folder);
  const [day] = view.days.of(['web'], 2, right.clock.now()).get('web') ?? [];
  assert.deepEqual([day?.day, day?.checks, day?.account.down], [dayOf(START), 20, 5 * MINUTE]);
});
