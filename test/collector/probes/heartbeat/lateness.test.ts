import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeartbeatSpec, Pulses } from '../../../../collector/probes/heartbeat/heartbeat.ts';
import { type Absence, judgeHeartbeat } from '../../../../collector/probes/heartbeat/lateness.ts';
import type { Pulse } from '../../../../model/ledger.ts';
import { HOUR, MINUTE, SECOND } from '../../../../model/time.ts';
import { told } from '../../../told.ts';

const NIGHTLY: HeartbeatSpec = { cron: '15 3 * * *', timezone: 'UTC', grace: 2 * HOUR };
const HOURLY: HeartbeatSpec = { every: HOUR, grace: 5 * MINUTE, timezone: 'UTC' };

/** An instant of November 2026, UTC. */
const at = (day: number, hour: number, minute = 0, second = 0) => Date.UTC(2026, 10, day, hour, minute, second);

/** Pulses by signal and time. */
function pulses(times: Partial<Record<Pulse['signal'], number>>, more: Partial<Pulse> = {}): Pulses {
  return Object.fromEntries(
    Object.entries(times).map(([signal, time]) => [signal, { monitor: 'backup', at: time, signal, ...more }]),
  );
}

function says(spec: HeartbeatSpec, seen: Pulses, now: number, absence?: Absence): string {
  const { verdict, reason } = told(judgeHeartbeat(spec, seen, now, absence), now);
  return `${verdict}: ${reason}`;
}

test('a job that ran says when, and how long it took', () => {
  const seen = pulses({ start: at(20, 3, 15), ok: at(20, 3, 37) });
  assert.equal(says(NIGHTLY, seen, at(20, 9)), 'up: last run 03:15, took 22 min');
  assert.equal(says(NIGHTLY, seen, at(21, 3, 16)), 'up: last run 20 Nov 03:15, took 22 min');
  assert.equal(judgeHeartbeat(NIGHTLY, seen, at(20, 9)).latencyMs, 22 * MINUTE);
});

test('a job that only says ok is up since then', () => {
  assert.equal(says(NIGHTLY, pulses({ ok: at(20, 3, 37) }), at(20, 9)), 'up: last sign 03:37');
  const often: HeartbeatSpec = { every: 30 * SECOND, grace: MINUTE, timezone: 'UTC' };
  assert.equal(says(often, pulses({ ok: at(20, 3, 37, 4) }), at(20, 3, 37, 20)), 'up: last sign 03:37:04');
});

test('a job that is late is down once its grace has ended, and not a moment before', () => {
  const seen = pulses({ ok: at(20, 3, 37) });
  assert.equal(says(NIGHTLY, seen, at(21, 5, 15)), 'up: last sign 20 Nov 03:37');
  assert.equal(
    says(NIGHTLY, seen, at(21, 5, 15) + 1),
    'down: no sign since 20 Nov 03:37; it was due at 03:15, 2 h grace ended at 05:15',
  );
  assert.equal(says(HOURLY, seen, at(20, 4, 42)), 'up: last sign 03:37');
  assert.equal(
    says(HOURLY, seen, at(20, 4, 43)),
    'down: no sign since 03:37; it was due at 04:37, 5 min grace ended at 04:42',
  );
});

test('a job that reports at last is up again at once', () => {
  assert.equal(says(NIGHTLY, pulses({ ok: at(21, 5, 30) }), at(21, 5, 31)), 'up: last sign 05:30');
});

test('a machine whose clock is a little ahead is not late for the run it has just reported', () => {
  const seen = pulses({ ok: at(20, 3, 14, 30) });
  assert.equal(says(NIGHTLY, seen, at(21, 3)), 'up: last sign 20 Nov 03:14');
  const minutely: HeartbeatSpec = { cron: '* * * * *', timezone: 'UTC', grace: 0 };
  assert.equal(says(minutely, pulses({ ok: at(20, 3, 14, 50) }), at(20, 3, 16)).slice(0, 3), 'up:');
  assert.equal(says(minutely, pulses({ ok: at(20, 3, 14, 50) }), at(20, 3, 16, 1)).slice(0, 5), 'down:');
});

test('a failure is down at once, with its exit code and the end of its log', () => {
  const seen = pulses({ start: at(20, 3, 15), fail: at(20, 3, 20) }, { exitCode: 23, log: 'disk full' });
  const finding = judgeHeartbeat(NIGHTLY, seen, at(20, 3, 21));
  assert.equal(finding.verdict, 'down');
  assert.equal(told(finding, at(20, 3, 21)).reason, 'failed at 03:20 with exit code 23, after 5 min');
  assert.equal(finding.evidence?.log, 'disk full');
  assert.equal(finding.evidence?.['exit code'], 23);
});

test('a failure stays down while the job tries again, and is over when it succeeds', () => {
  const failed = { fail: at(20, 3, 20) };
  assert.equal(says(NIGHTLY, pulses(failed), at(25, 0)), 'down: failed at 20 Nov 03:20');
  const again = { ...failed, start: at(20, 4) };
  assert.equal(says(NIGHTLY, pulses(again), at(20, 4, 1)), 'down: failed at 03:20; running again since 04:00');
  assert.equal(says(NIGHTLY, pulses({ ...again, ok: at(20, 4, 5) }), at(20, 4, 6)), 'up: last run 04:00, took 5 min');
});

test('a start that belongs to another run is not taken for this one', () => {
  const seen = pulses({ start: at(19, 3, 15), fail: at(19, 3, 20), ok: at(20, 3, 40) });
  assert.equal(says(NIGHTLY, seen, at(20, 4)), 'up: last sign 03:40');
});

test('a job that starts and does not end within max_run is down', () => {
  const spec = { ...NIGHTLY, max_run: 3 * HOUR };
  const seen = pulses({ ok: at(19, 3, 37), start: at(20, 3, 16) });
  assert.equal(says(spec, seen, at(20, 6)), 'up: running since 03:16', 'longer than the grace, yet within its time');
  assert.equal(says(spec, seen, at(20, 6, 16)), 'up: running since 03:16');
  assert.equal(says(spec, seen, at(20, 6, 17)), 'down: started at 03:16 and has not ended; it may run for 3 h');
});

test('starting again and again does not keep up a job that never ends', () => {
  const spec: HeartbeatSpec = { every: 10 * SECOND, grace: 2 * SECOND, max_run: 30 * SECOND, timezone: 'UTC' };
  const first = at(20, 3, 0, 8);
  const seen = (seconds: number) =>
    pulses({
      known: at(20, 3),
      start: first,
      ...(seconds >= 8 && { again: first + Math.floor(seconds / 8) * 8 * SECOND }),
    });
  assert.equal(says(spec, seen(0), first), 'up: running since 03:00:08');
  assert.equal(says(spec, seen(30), first + 30 * SECOND), 'up: running since 03:00:08 and again at 03:00:32');
  assert.equal(
    says(spec, seen(31), first + 31 * SECOND),
    'down: started at 03:00:08 and again at 03:00:32 and has not ended; it may run for 30 s',
  );
  assert.equal(says(spec, seen(HOUR / SECOND), first + HOUR).slice(0, 5), 'down:');
  const ended = { ...seen(HOUR / SECOND), ...pulses({ ok: first + HOUR + SECOND }) };
  assert.equal(says(spec, ended, first + HOUR + 2 * SECOND), 'up: last run 04:00:08, took 1 s');
});

test('a run that a crash has cut short and that succeeds at the second attempt is up throughout', () => {
  const spec = { ...NIGHTLY, max_run: 3 * HOUR };
  const before = { ok: at(19, 3, 37), start: at(20, 3, 16), again: at(20, 4) };
  assert.equal(says(spec, pulses(before), at(20, 5)), 'up: running since 03:16 and again at 04:00');
  assert.equal(says(spec, pulses({ ...before, ok: at(20, 5, 30) }), at(20, 6)), 'up: last run 04:00, took 1 h');
});

test('runs that overlap and end in their turn are well', () => {
  const spec = { ...HOURLY, max_run: 3 * HOUR };
  const seen = pulses({ start: at(20, 1), again: at(20, 2), ok: at(20, 2, 30) });
  assert.equal(says(spec, seen, at(20, 2, 45)).slice(0, 3), 'up:');
  assert.equal(says(spec, pulses({ ok: at(20, 2, 30), start: at(20, 3) }), at(20, 5)), 'up: running since 03:00');
});

test('a job that is late is not well again because it starts, but when it has succeeded', () => {
  const spec = { ...NIGHTLY, max_run: 3 * HOUR };
  const seen = pulses({ ok: at(19, 3, 37), start: at(20, 6) });
  assert.equal(
    says(spec, seen, at(20, 7)),
    'down: started at 06:00 and has not ended; it was due at 03:15, 2 h grace ended at 05:15',
  );
  assert.equal(says(spec, { ...seen, ...pulses({ ok: at(20, 7, 30) }) }, at(20, 8)).slice(0, 3), 'up:');
  const never = pulses({ known: at(19, 12), start: at(20, 6) });
  assert.equal(says(spec, never, at(20, 7)).slice(0, 5), 'down:');
});

test('starts after a failure leave it down, and say so', () => {
  const spec = { ...NIGHTLY, max_run: 3 * HOUR };
  const seen = pulses({ fail: at(20, 3, 20), start: at(20, 4), again: at(20, 5) });
  assert.equal(says(spec, seen, at(20, 5, 1)), 'down: failed at 03:20; running again since 05:00');
});

test('without max_run a job must have ended when the grace has', () => {
  const seen = pulses({ ok: at(19, 3, 37), start: at(20, 3, 16) });
  assert.equal(says(NIGHTLY, seen, at(20, 4)), 'up: last sign 19 Nov 03:37');
  assert.equal(
    says(NIGHTLY, seen, at(20, 6)),
    'down: started at 03:16 and has not ended; it was due at 03:15, 2 h grace ended at 05:15',
  );
});

test('a job never heard of is unknown until it was due for the first time, then down', () => {
  assert.equal(says(NIGHTLY, {}, at(20, 12)), 'unknown: waiting for its first sign');
  const seen = pulses({ known: at(20, 12) });
  assert.equal(says(NIGHTLY, seen, at(20, 12)), 'unknown: waiting for its first sign, due at 21 Nov 03:15');
  assert.equal(says(NIGHTLY, seen, at(21, 5)), 'unknown: waiting for its first sign, due at 03:15');
  assert.equal(says(NIGHTLY, seen, at(21, 5, 16)), 'down: no sign yet; it was due at 03:15, 2 h grace ended at 05:15');
});

test('a report that may have come while Signalbox was off is not held against the job', () => {
  const seen = pulses({ ok: at(20, 3, 37) });
  const off = { from: at(21, 3), to: at(21, 6) };
  assert.equal(
    says(NIGHTLY, seen, at(21, 6), off),
    'unknown: Signalbox was off when it was due at 03:15; it is due again at 22 Nov 03:15',
  );
  assert.equal(says(NIGHTLY, seen, at(22, 5, 16), off).slice(0, 5), 'down:');
  assert.equal(says(NIGHTLY, pulses({ ok: at(22, 3, 20) }), at(22, 4), off), 'up: last sign 03:20');
});

test('a job that was late before Signalbox went off, or fell due after it, is down all the same', () => {
  const seen = pulses({ ok: at(20, 3, 37) });
  assert.equal(says(NIGHTLY, seen, at(21, 9), { from: at(21, 6), to: at(21, 8) }).slice(0, 5), 'down:');
  assert.equal(says(NIGHTLY, seen, at(21, 9), { from: at(20, 20), to: at(20, 22) }).slice(0, 5), 'down:');
});

test('a run whose end may have been reported while Signalbox was off is not held against the job', () => {
  const spec = { ...NIGHTLY, max_run: HOUR };
  const seen = pulses({ ok: at(20, 3, 37), start: at(21, 3, 15) });
  const off = { from: at(21, 3, 30), to: at(21, 5) };
  assert.equal(
    says(spec, seen, at(21, 6), off),
    'unknown: Signalbox was off during the run that began at 03:15; it is due again at 22 Nov 03:15',
  );
  assert.equal(says(spec, seen, at(22, 5, 16), off).slice(0, 5), 'down:');
});

test('after an absence that may have hidden an end, the next run counts for itself, once', () => {
  const spec = { ...NIGHTLY, max_run: HOUR };
  const off = { from: at(21, 3, 30), to: at(21, 5) };
  const seen = pulses({ ok: at(20, 3, 37), start: at(21, 3, 15), again: at(22, 3, 15) });
  assert.equal(says(spec, seen, at(22, 4), off), 'up: running since 03:15');
  assert.equal(says(spec, seen, at(22, 5, 16), off).slice(0, 5), 'down:');
  const anew = { ...seen, ...pulses({ again: at(22, 6, 30) }) };
  assert.equal(says(spec, anew, at(22, 6, 31), off).slice(0, 5), 'down:', 'further starts do not renew it');
});

test('a restart of a moment does not hide a job that did not run', () => {
  const moment = { from: at(21, 4), to: at(21, 4, 0, 20) };
  assert.equal(
    says(NIGHTLY, pulses({ ok: at(20, 3, 37) }), at(21, 6), moment),
    'down: no sign since 20 Nov 03:37; it was due at 03:15, 2 h grace ended at 05:15 (Signalbox itself was off for 20 s of that time)',
  );
});

test('a report from the future, of a clock since set right, is not trusted', () => {
  const seen = pulses({ ok: Date.UTC(2038, 0, 19) });
  assert.equal(
    says(NIGHTLY, seen, at(20, 9)),
    "unknown: the last ok is dated 19 Jan 2038 00:00, ahead of this machine's clock",
  );
});

test('the night the clocks go forward, 01:30 is due when they have', () => {
  const spec = { cron: '30 1 * * *', timezone: 'Europe/London', grace: 10 * MINUTE };
  const seen = pulses({ ok: Date.UTC(2026, 2, 28, 1, 31) });
  const due = Date.UTC(2026, 2, 29, 1, 0);
  assert.equal(says(spec, seen, due + 10 * MINUTE).slice(0, 3), 'up:');
  assert.equal(
    says(spec, seen, due + 11 * MINUTE),
    'down: no sign since 28 Mar 01:31; it was due at 02:00, 10 min grace ended at 02:10',
  );
  const ran = pulses({ ok: due + 30 * SECOND });
  assert.equal(says(spec, ran, Date.UTC(2026, 2, 30, 0, 40)), 'up: last sign 29 Mar 02:00');
  assert.equal(says(spec, ran, Date.UTC(2026, 2, 30, 0, 41)).slice(0, 5), 'down:');
});

test('the night the clocks go back, 01:30 is due once', () => {
  const spec = { cron: '30 1 * * *', timezone: 'Europe/London', grace: 10 * MINUTE };
  const seen = pulses({ ok: Date.UTC(2026, 9, 25, 0, 31) });
  assert.equal(says(spec, seen, Date.UTC(2026, 9, 25, 1, 45)), 'up: last sign 01:31');
  assert.equal(says(spec, seen, Date.UTC(2026, 9, 26, 1, 40)), 'up: last sign 25 Oct 01:31');
  assert.equal(says(spec, seen, Date.UTC(2026, 9, 26, 1, 41)).slice(0, 5), 'down:');
});

test('an hourly job goes on through both nights', () => {
  const spec = { cron: '0 * * * *', timezone: 'Europe/London', grace: 10 * MINUTE };
  for (const hour of [
    Date.UTC(2026, 9, 25, 0),
    Date.UTC(2026, 9, 25, 1),
    Date.UTC(2026, 2, 29, 0),
    Date.UTC(2026, 2, 29, 1),
  ]) {
    const seen = pulses({ ok: hour + SECOND });
    assert.equal(says(spec, seen, hour + HOUR + 10 * MINUTE).slice(0, 3), 'up:');
    assert.equal(says(spec, seen, hour + HOUR + 11 * MINUTE).slice(0, 5), 'down:');
  }
});
