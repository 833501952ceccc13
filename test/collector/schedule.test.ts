import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createSchedule, type Task } from '../../collector/schedule.ts';
import { FakeClock } from '../fake-clock.ts';

const MINUTE = 60_000;

function recorder(
  clock: FakeClock,
  key: string,
  everyMs: number,
  takesMs = 0,
): { task: Task; runs: { at: number; lateMs: number }[] } {
  const runs: { at: number; lateMs: number }[] = [];
  const run = (lateMs: number) => {
    runs.push({ at: clock.monotonic(), lateMs });
    return takesMs === 0 ? Promise.resolve() : new Promise<void>((resolve) => void clock.after(takesMs, resolve));
  };
  return { task: { key, everyMs, run }, runs };
}

suite('schedule', () => {
  test('the first sweep is spread, and done within a minute or one interval', async () => {
    const clock = new FakeClock();
    const schedule = createSchedule(clock, 100);
    const slow = Array.from({ length: 200 }, (_, index) => recorder(clock, `slow-${index}`, 10 * MINUTE));
    const quick = Array.from({ length: 200 }, (_, index) => recorder(clock, `quick-${index}`, 10_000));
    schedule.set([...slow, ...quick].map((one) => one.task));
    await clock.advance(10_000);
    assert.ok(quick.every((one) => one.runs.length >= 1));
    await clock.advance(50_000);
    assert.ok(slow.every((one) => one.runs.length === 1));
    const seconds = new Set(slow.map((one) => Math.floor((one.runs[0]?.at ?? 0) / 1000)));
    assert.ok(seconds.size > 40, `200 first checks fell into only ${seconds.size} of 60 seconds`);
    await schedule.stop();
  });

  test('a check keeps its grid for days, whatever the wall clock does', async () => {
    const clock = new FakeClock();
    const schedule = createSchedule(clock, 100);
    const { task, runs } = recorder(clock, 'website', MINUTE, 700);
    schedule.set([task]);
    await clock.advance(30 * MINUTE);
    clock.jumpWall(5 * 60 * MINUTE);
    await clock.advance(30 * MINUTE);
    clock.jumpWall(-9 * 60 * MINUTE);
    await clock.advance(60 * MINUTE);
    assert.equal(runs.length, 120);
    const first = runs[0]?.at ?? 0;
    assert.ok(runs.every((one, index) => Math.abs(one.at - first - index * MINUTE) < 1e-6));
    await schedule.stop();
  });

  test('a check that takes longer than its interval never overlaps itself and returns to the grid', async () => {
    const clock = new FakeClock();
    const schedule = createSchedule(clock, 100);
    const { task, runs } = recorder(clock, 'website', MINUTE, 2.5 * MINUTE);
    schedule.set([task]);
    await clock.advance(10 * MINUTE);
    const first = runs[0]?.at ?? 0;
    assert.deepEqual(
      runs.map((one) => Math.round((one.at - first) / MINUTE)),
      [0, 3, 6, 9],
    );
    const stopping = schedule.stop();
    await clock.advance(3 * MINUTE);
    await stopping;
  });

  test('only so many run at once, and the wait for a turn is lateness', async () => {
    const clock = new FakeClock();
    const schedule = createSchedule(clock, 1);
    const tasks = Array.from({ length: 3 }, (_, index) => recorder(clock, `task-${index}`, 1_000, 400));
    schedule.set(tasks.map((one) => one.task));
    await clock.advance(3_000);
    const starts = tasks.flatMap((one) => one.runs.map((run) => run.at)).sort((a, b) => a - b);
    for (let index = 1; index < starts.length; index++)
      assert.ok((starts[index] ?? 0) - (starts[index - 1] ?? 0) >= 399);
    assert.ok(tasks.some((one) => one.runs.some((run) => run.lateMs > 100)));
    const stopping = schedule.stop();
    await clock.advance(2_000);
    await stopping;
  });

  test('a check asked for now shares the run under way, and one asked for again soon leaves the grid alone', async () => {
    const clock = new FakeClock();
    const schedule = createSchedule(clock, 10);
    const { task, runs } = recorder(clock, 'website', MINUTE, 1_000);
    schedule.set([task]);
    const both = Promise.all([schedule.now('website'), schedule.now('website')]);
    await clock.advance(1_000);
    await both;
    assert.equal(runs.length, 1);
    await clock.advance(MINUTE);
    const regular = runs.at(-1)?.at ?? 0;
    const asked = clock.monotonic();
    schedule.again('website', 5_000);
    await clock.advance(MINUTE);
    assert.deepEqual(
      runs.slice(-2).map((one) => Math.round(one.at)),
      [asked + 5_000, Math.round(regular + MINUTE)],
    );
    const stopping = schedule.stop();
    await clock.advance(MINUTE);
    await stopping;
  });

  test('a reload keeps the grid of what stayed, and ends what went', async () => {
    const clock = new FakeClock();
    const schedule = createSchedule(clock, 10);
    const stays = recorder(clock, 'stays', MINUTE);
    const goes = recorder(clock, 'goes', MINUTE);
    schedule.set([stays.task, goes.task]);
    await clock.advance(MINUTE);
    schedule.set([{ ...stays.task }]);
    await clock.advance(5 * MINUTE);
    assert.equal(goes.runs.length, 1);
    const first = stays.runs[0]?.at ?? 0;
    assert.ok(
      stays.runs.length >= 6 && stays.runs.every((one, index) => Math.abs(one.at - first - index * MINUTE) < 1e-6),
    );
    await schedule.stop();
  });

  test('stopping waits for what is under way and begins nothing more', async () => {
    const clock = new FakeClock();
    const schedule = createSchedule(clock, 10);
    const { task, runs } = recorder(clock, 'website', 1_000, 5_000);
    schedule.set([task]);
    await clock.advance(1_000);
    let stopped = false;
    const stopping = schedule.stop().then(() => {
      stopped = true;
    });
    await clock.advance(1_000);
    assert.equal(stopped, false);
    await clock.advance(10_000);
    await stopping;
    assert.equal(runs.length, 1);
  });
});
