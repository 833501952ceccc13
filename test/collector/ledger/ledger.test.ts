import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { startThread } from '../../../collector/ledger/thread.ts';
import { LedgerGone } from '../../../collector/ledger/trouble.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { check, ledgerFor, START, stand, transition, viewOf } from './open-ledger.ts';

test('what was concluded is there after a restart', async (t) => {
  const first = await ledgerFor(t);
  const evidence = { status: 503, headers: ['server: x'] };
  const down = transition(START, 'up', 'down', { evidence, flapping: true });
  await first.ledger.transitions.keep([down], [stand(START, 'down', START + MINUTE)]);
  await first.ledger.pulses.keep({ monitor: 'job', at: START, signal: 'fail', exitCode: 3, log: 'no space' });
  first.ledger.note(check(START, 'down'), 30 * SECOND);
  await first.close();

  const second = await ledgerFor(t, new FakeClock(START), first.folder);
  assert.deepEqual(await second.ledger.standings.kept(), [stand(START, 'down', START + MINUTE)]);
  assert.deepEqual(await second.ledger.pulses.latest(), [
    { monitor: 'job', at: START, signal: 'fail', exitCode: 3, log: 'no space' },
  ]);
  using view = viewOf(first.folder);
  assert.deepEqual(view.transitions.of('web', START, START + 1, 10), [down]);
  assert.deepEqual(
    view.checks.between('web', 0, START + DAY).map(({ at, verdict }) => ({ at, verdict })),
    [{ at: START, verdict: 'down' }],
  );
});

test('checks that were noted can be read within ten seconds', async (t) => {
  const { folder, ledger, pass } = await ledgerFor(t);
  for (let i = 0; i < 1000; i++) ledger.note(check(START + i * 30 * SECOND, i % 10 ? 'up' : 'down'), 30 * SECOND);
  await pass(10 * SECOND);
  using view = viewOf(folder);
  const marks = view.checks.between('web', START, START + 100 * HOUR);
  assert.equal(marks.length, 1000);
  assert.deepEqual(marks[3], { at: START + 90 * SECOND, verdict: 'up', latencyMs: marks[3]?.latencyMs });
  assert.ok(Math.abs((marks[3]?.latencyMs ?? 0) - 42) < 42 * 0.03);
});

test('checks taken while the wall clock was wrong stay where that clock put them, in order', async (t) => {
  const { folder, ledger, pass } = await ledgerFor(t);
  for (const at of [START, START + MINUTE, START - 3 * DAY, START - 3 * DAY + MINUTE, START + 2 * MINUTE])
    ledger.note(check(at), MINUTE);
  await pass(10 * SECOND);
  using view = viewOf(folder);
  assert.deepEqual(
    view.checks.between('web', 0, START + DAY).map(({ at }) => at - START),
    [-3 * DAY, -3 * DAY + MINUTE, 0, MINUTE, 2 * MINUTE],
  );
});

test('checks of one vantage can be read apart from those of another', async (t) => {
  const { folder, ledger, pass } = await ledgerFor(t);
  ledger.note(check(START), MINUTE);
  ledger.note({ ...check(START + SECOND, 'down'), vantage: 'outside' }, MINUTE);
  await pass(10 * SECOND);
  using view = viewOf(folder);
  assert.deepEqual(
    view.checks.between('web', 0, START + DAY).map(({ verdict }) => verdict),
    ['up', 'down'],
  );
  assert.deepEqual(
    view.checks.between('web', 0, START + DAY, 'outside').map(({ at }) => at),
    [START + SECOND],
  );
});

test('every check is found again while blocks are filled, and after restarts in between', async (t) => {
  const expected: number[] = [];
  let folder: string | undefined;
  let clock = new FakeClock(START);
  for (let round = 0; round < 3; round++) {
    const run = await ledgerFor(t, clock, folder);
    folder = run.folder;
    for (let flush = 0; flush < 60; flush++) {
      for (let one = 0; one < 40; one++) {
        const at = START + expected.length * 5 * SECOND;
        expected.push(at);
        run.ledger.note(check(at), 5 * SECOND);
      }
      await run.pass(8 * SECOND);
    }
    await run.close();
    clock = new FakeClock(clock.now());
  }
  using view = viewOf(folder ?? '');
  const found = view.checks.between('web', 0, START + 10 * DAY);
  assert.equal(found.length, expected.length);
  found.forEach((mark, index) => {
    assert.ok(Math.abs(mark.at - (expected[index] ?? 0)) <= 16);
  });
});

test('a failed check has a latency only when its probe measured one', async (t) => {
  const { folder, ledger, pass } = await ledgerFor(t);
  const { latencyMs: _, ...finding } = check(START, 'down').finding;
  ledger.note({ ...check(START), finding }, MINUTE);
  ledger.note({ ...check(START + MINUTE), durationMs: 100, finding: { ...finding, verdict: 'up' } }, MINUTE);
  await pass(10 * SECOND);
  using view = viewOf(folder);
  const [down, up] = view.checks.between('web', 0, START + DAY);
  assert.equal(down?.latencyMs, undefined);
  assert.ok(Math.abs((up?.latencyMs ?? 0) - 100) < 3);
});

test('a renamed monitor keeps its history', async (t) => {
  const { folder, ledger, pass } = await ledgerFor(t);
  await ledger.transitions.keep([transition(START, 'unknown', 'up')], [stand(START, 'up', START + DAY)]);
  ledger.note(check(START), MINUTE);
  assert.equal(await ledger.rename('web', 'site'), true);
  ledger.note({ ...check(START + MINUTE), monitor: 'site' }, MINUTE);
  await pass(10 * SECOND);
  using view = viewOf(folder);
  assert.equal(view.checks.between('site', 0, START + DAY).length, 2);
  assert.equal(view.transitions.of('site', 0, START + DAY, 10).length, 1);
  assert.deepEqual(
    view.standings.current().map(({ monitor }) => monitor),
    ['site'],
  );
  assert.equal(await ledger.rename('web', 'site'), true, 'was: stays in the config, and there is nothing left to do');
});

test('a history is never laid over another', async (t) => {
  const { folder, ledger } = await ledgerFor(t);
  await ledger.transitions.keep(
    [transition(START, 'unknown', 'up'), transition(START, 'unknown', 'down', { monitor: 'site' })],
    [],
  );
  assert.equal(await ledger.rename('web', 'site'), false);
  using view = viewOf(folder);
  assert.equal(view.transitions.of('web', 0, START + DAY, 10).length, 1);
  assert.equal(view.transitions.of('site', 0, START + DAY, 10).length, 1);
});

test('a monitor that was already checked under its new name keeps what it has', async (t) => {
  const { folder, ledger, pass } = await ledgerFor(t);
  await ledger.transitions.keep([transition(START, 'unknown', 'up')], []);
  ledger.note({ ...check(START), monitor: 'site' }, MINUTE);
  assert.equal(await ledger.rename('web', 'site'), false);
  await pass(HOUR);
  using view = viewOf(folder);
  assert.equal(view.checks.between('site', 0, START + DAY).length, 1);
});

test('a monitor of which only a standing is known makes room for an old history', async (t) => {
  const { folder, ledger } = await ledgerFor(t);
  await ledger.transitions.keep([transition(START, 'unknown', 'up')], []);
  ledger.stand(stand(START, 'unknown', Number.NaN, { monitor: 'site' }));
  assert.equal(await ledger.rename('web', 'site'), true);
  using view = viewOf(folder);
  assert.equal(view.transitions.of('site', 0, START + DAY, 10).length, 1);
});

test('of a chatty job the latest signals are kept, not all', async (t) => {
  const { ledger } = await ledgerFor(t);
  await ledger.pulses.keep({
    monitor: 'job',
    at: START,
    signal: 'fail',
    exitCode: 1,
    log: `${'x'.repeat(20_000)}the end`,
  });
  await Promise.all(
    Array.from({ length: 300 }, (_, i) =>
      ledger.pulses.keep({ monitor: 'job', at: START + i, signal: i % 2 ? 'ok' : 'start' }),
    ),
  );
  const pulses = await ledger.pulses.latest();
  assert.deepEqual(
    pulses.map(({ signal, at }) => [signal, at - START]),
    [
      ['fail', 0],
      ['start', 298],
      ['ok', 299],
    ],
  );
  assert.equal(pulses[0]?.log?.length, 10 * 1024);
  assert.ok(pulses[0]?.log?.endsWith('the end'));
});

test('a monitor checked every few seconds does not seem unwatched between two flushes', async (t) => {
  const { clock, folder, ledger, pass } = await ledgerFor(t);
  await ledger.transitions.keep([transition(START, 'unknown', 'up')], [stand(START, 'up', START + 7 * SECOND)]);
  for (let i = 0; i < 10; i++) {
    ledger.stand(stand(START, 'up', clock.now() + 7 * SECOND));
    await pass(4 * SECOND);
    using view = viewOf(folder);
    const now = clock.now();
    assert.ok((view.standings.current()[0]?.freshUntil ?? 0) >= now);
    assert.equal(view.days.of(['web'], 1, now).get('web')?.[0]?.account.up, now - START);
  }
});

test('one transition that cannot be kept does not take others with it', async (t) => {
  const { folder, ledger } = await ledgerFor(t);
  const results = await Promise.allSettled([
    ledger.transitions.keep([transition(START, 'unknown', 'up')], []),
    ledger.transitions.keep([transition(Number.NaN, 'up', 'down')], []),
    ledger.transitions.keep([transition(START + 1, 'up', 'down')], []),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  using view = viewOf(folder);
  assert.equal(view.transitions.of('web', 0, START + DAY, 10).length, 2);
});

test('what is noted after a transition is newer than what was kept with it', async (t) => {
  const { folder, ledger, pass } = await ledgerFor(t);
  ledger.stand(stand(START, 'up', START + 1));
  const kept = ledger.transitions.keep([transition(START, 'unknown', 'up')], [stand(START, 'up', START + HOUR)]);
  ledger.stand(stand(START, 'up', START + DAY));
  ledger.note(check(START), DAY);
  const kept2 = ledger.transitions.keep([transition(START, 'unknown', 'up', { monitor: 'other' })], []);
  await Promise.all([kept, kept2]);
  await pass(10 * SECOND);
  using view = viewOf(folder);
  assert.equal(view.standings.current()[0]?.freshUntil, START + DAY);
});

test('when the thread dies, who waits is told, and the operator too', async (t) => {
  const troubles: string[] = [];
  const dying = new Worker(
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', () => { throw new Error('out of tea'); });
     parentPort.postMessage({ kind: 'ready' });`,
    { eval: true },
  );
  t.after(() => dying.terminate());
  const thread = await startThread(dying, (message) => troubles.push(message));
  await assert.rejects(thread.ask('rename', { from: 'web', to: 'site' }), LedgerGone);
  await assert.rejects(thread.ask('close', { now: 0 }), { message: 'the ledger cannot go on: out of tea' });
  assert.deepEqual(troubles, ['the ledger cannot go on: out of tea']);
});

test('while the thread does not come round to writing, memory is bounded and what was dropped is said', async (t) => {
  const { folder, ledger, troubles, pass } = await ledgerFor(t);
  for (let i = 0; i < 60_000; i++) ledger.note(check(START + i * SECOND), SECOND);
  await pass(20 * SECOND);
  const dropped = Number(/^(\d+) checks could not be kept in the ledger$/.exec(troubles.join())?.[1]);
  assert.ok(dropped > 9_000, troubles.join());
  ledger.note(check(START + DAY), SECOND);
  await pass(20 * SECOND);
  using view = viewOf(folder);
  assert.equal(view.checks.between('web', 0, START + 2 * DAY).length, 60_001 - dropped);
  assert.equal(troubles.length, 1);
});
