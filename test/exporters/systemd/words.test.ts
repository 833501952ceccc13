import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFailureBook } from '../../../exporters/systemd/failures.ts';
import { timerOf } from '../../../exporters/systemd/timers.ts';
import { spanOf } from '../../../exporters/systemd/times.ts';
import { endingInWords } from '../../../exporters/systemd/words.ts';
import { HOUR, MINUTE } from '../../../model/time.ts';
import { isTooLongAgo, missedMs } from '../../../model/timer.ts';

test('every way to end is said in words', () => {
  const said = [
    { result: 'oom-kill', code: 2, status: 9 },
    { result: 'oom-kill', code: 1, status: 1 },
    { result: 'exit-code', code: 1, status: 203 },
    { result: 'exit-code', code: 1, status: 217 },
    { result: 'exit-code', code: 1, status: 137 },
    { result: 'exit-code', code: 1, status: 255 },
    { result: 'exit-code', code: 0, status: 0 },
    { result: 'core-dump', code: 3, status: 11 },
    { result: 'signal', code: 2, status: 15 },
    { result: 'signal', code: 2, status: 64 },
    { result: 'timeout', code: 2, status: 15 },
    { result: 'timeout' },
    { result: 'start-limit-hit', code: 1, status: 1 },
    { result: 'resources' },
    { result: 'something-new', code: 1, status: 4 },
  ].map(endingInWords);
  assert.deepEqual(said, [
    'killed by SIGKILL (out of memory)',
    'one of its processes was killed by SIGKILL (out of memory)',
    'exit code 203: the program could not be executed',
    'exit code 217: its user does not exist',
    'exit code 137: what it ran was killed by SIGKILL',
    'exit code 255',
    'one of its commands failed',
    'crashed with SIGSEGV and left a core dump',
    'killed by SIGTERM',
    'killed by signal 64',
    'it did not start or stop in time: killed by SIGTERM',
    'it did not start or stop in time',
    'it failed too often and is not started again; the last time: exit code 1',
    'systemd lacked what it needs to start it',
    'systemd calls it something-new: exit code 4',
  ]);
});

test('a failure is counted once a run, whatever is heard of it how often', () => {
  const book = openFailureBook();
  book.resume('a.service', { active: 'active', sub: 'running', restarts: 0, invocation: 'one' }, 0, true);
  const failed = { active: 'failed', sub: 'failed', result: 'signal', code: 2, status: 9, invocation: 'one' };
  assert.equal(book.hear('a.service', failed, 1)?.words, 'killed by SIGKILL');
  assert.equal(book.hear('a.service', failed, 2), undefined);
  book.hear('a.service', { active: 'activating', sub: 'auto-restart' }, 3);
  assert.equal(book.hear('a.service', { ...failed, result: 'start-limit-hit' }, 4), undefined);
  assert.ok(book.hear('a.service', { ...failed, invocation: 'two' }, 5), 'failed again, with nothing heard between');
  assert.equal(book.counts.total(), 2);
});

test('what failed before anybody looked is not counted; what failed unseen is, less what was seen', () => {
  const book = openFailureBook();
  book.resume('old.service', { active: 'failed', sub: 'failed', result: 'exit-code', invocation: 'x' }, 0, true);
  book.resume('loop.service', { active: 'active', sub: 'running', restarts: 3, invocation: 'three' }, 0, true);
  assert.equal(book.counts.total(), 0);
  book.hear('loop.service', { active: 'failed', result: 'exit-code', invocation: 'three' }, 1);
  book.hear('loop.service', { active: 'activating', sub: 'auto-restart' }, 1);
  book.lose();
  // Of four more restarts the first follows the failure that was seen.
  const unseen = book.resume(
    'loop.service',
    { active: 'active', sub: 'running', restarts: 7, invocation: 'seven' },
    2,
    false,
  );
  assert.equal(unseen.length, 3);
  book.resume('old.service', { active: 'failed', sub: 'failed', result: 'exit-code', invocation: 'x' }, 2, false);
  assert.equal(book.counts.total(), 4);
  assert.deepEqual(Object.fromEntries(book.counts.byUnit().get('loop.service') ?? []), { 'exit-code': 1, unseen: 3 });
});

test('names that are made up for each run do not fill the memory', () => {
  const book = openFailureBook();
  for (let run = 0; run < 2_000; run++) {
    book.hear(`run-u${run}.service`, { active: 'failed', result: 'exit-code', invocation: `i${run}` }, run);
    book.forget(`run-u${run}.service`);
  }
  assert.equal(book.counts.total(), 2_000);
  assert.ok(book.counts.byUnit().size <= 501);
  assert.equal(book.last('run-u7.service'), undefined);
  assert.deepEqual(book.counts.recent('other units', 2_000), [], 'together they do not flap');
});

test('what is gone after a time without sight is forgotten, and begins at none when it comes again', () => {
  const book = openFailureBook();
  const running = { active: 'active', sub: 'running', restarts: 7, invocation: 'seven' };
  for (const unit of ['gone.service', 'stays.service']) book.resume(unit, running, 0, true);
  book.lose();
  book.hear('new.service', { active: 'active', invocation: 'new' }, 1);
  assert.equal(book.resume('stays.service', running, 2, false).length, 0);
  book.keep(new Set(['stays.service']));
  assert.equal(book.last('gone.service'), undefined);
  assert.equal(book.last('stays.service')?.restarts, 7);
  assert.equal(book.last('new.service')?.active, 'active', 'it came after the list was made');
  book.lose();
  assert.equal(book.resume('gone.service', { ...running, restarts: 2 }, 3, false).length, 2);
});

test('a timer is late when its time passed and it did nothing, by more than its accuracy allows', () => {
  const now = 100 * HOUR;
  const late = (nextAt: number | undefined, sub = 'waiting', accuracyMs?: number) =>
    missedMs({ unit: 'a.service', nextAt, accuracyMs }, sub, now);
  assert.equal(late(now + HOUR), 0);
  assert.equal(late(undefined), 0);
  assert.equal(late(now - MINUTE), 0, 'within its accuracy');
  assert.equal(late(now - HOUR), HOUR);
  assert.equal(late(now - HOUR, 'running'), 0, 'what it starts is running');
  assert.equal(late(now - HOUR, 'waiting', HOUR), 0, 'it may take an hour');
  assert.equal(late(now - 2 * HOUR, 'waiting', HOUR), 2 * HOUR);
});

test('a last run lies too far back, counted from the start of a timer that never ran', () => {
  const now = 100 * HOUR;
  const tooLongAgo = (lastAt: number | undefined, activeSince?: number, withinMs?: number) =>
    isTooLongAgo({ unit: 'a.service', lastAt }, activeSince, withinMs, now);
  assert.equal(tooLongAgo(now - 30 * HOUR, undefined, 26 * HOUR), true);
  assert.equal(tooLongAgo(now - 2 * HOUR, undefined, 26 * HOUR), false);
  assert.equal(tooLongAgo(undefined, now - HOUR, 26 * HOUR), false, 'it has not had the time to run yet');
  assert.equal(tooLongAgo(undefined, undefined, 26 * HOUR), true, 'it is not even active');
  assert.equal(tooLongAgo(now - 30 * HOUR), false, 'nobody said how long');
});

test("what a timer says is the same from the bus and in systemctl's words", () => {
  const now = { at: 1_000 * HOUR, monotonicMs: 10 * HOUR };
  const fromBus = timerOf(
    {
      Unit: 'job.service',
      NextElapseUSecRealtime: 0,
      NextElapseUSecMonotonic: 11.5 * HOUR * 1e3,
      AccuracyUSec: 60_000_000,
    },
    now,
  );
  const inWords = timerOf(
    {
      Unit: 'job.service',
      NextElapseUSecRealtime: '',
      NextElapseUSecMonotonic: '11h 30min',
      AccuracyUSec: '1min',
    },
    now,
  );
  assert.deepEqual(inWords, fromBus);
  assert.equal(fromBus.nextAt, 1_001.5 * HOUR);
  assert.equal(timerOf({ AccuracyUSec: 'infinity', NextElapseUSecMonotonic: 'infinity' }, now).accuracyMs, undefined);
  assert.equal(spanOf('1month 2w 1.5s 20ms 5us'), 30.4375 * 24 * HOUR + 14 * 24 * HOUR + 1_520.005);
});
