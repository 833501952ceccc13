import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openLedger } from '../../collector/ledger/open.ts';
import { claimStateDirectory } from '../../collector/ledger/state-directory.ts';
import type { HeartbeatSpec } from '../../collector/probes/heartbeat/heartbeat.ts';
import { judgeHeartbeat } from '../../collector/probes/heartbeat/lateness.ts';
import { openPulses, type Pulses } from '../../collector/pulses.ts';
import { DAY, HOUR, SECOND } from '../../model/time.ts';
import { FakeClock } from '../fake-clock.ts';

const SPEC: HeartbeatSpec = { every: 10 * SECOND, grace: 2 * SECOND, max_run: 30 * SECOND };

/** A box that is waited at for the reports of `job`, and that can be restarted. */
async function boxFor(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'pulses-'));
  const state = claimStateDirectory(folder);
  const clock = new FakeClock();
  let ledger = await openLedger(folder, { clock, onTrouble: () => {} });
  let pulses: Pulses = await openPulses({ clock, ledger });
  await pulses.configure({ monitors: [{ name: 'job', traits: { by: 'its own reports', waitsForReports: true } }] });
  t.after(async () => {
    await ledger.close();
    state.release();
    await rm(folder, { recursive: true });
  });
  return {
    clock,
    verdict: () => judgeHeartbeat(SPEC, pulses.latest('job'), clock.now()).verdict,
    say: (signal: 'start' | 'ok' | 'fail') => pulses.keep({ monitor: 'job', at: clock.now(), signal }),
    async restart() {
      await ledger.close();
      ledger = await openLedger(folder, { clock, onTrouble: () => {} });
      pulses = await openPulses({ clock, ledger });
    },
  };
}

test('a job that starts every 8 s and never ends well is down, stays so over restarts, and is up with its first success', async (t) => {
  const box = await boxFor(t);
  const verdicts: string[] = [];
  // More starts than the ledger keeps.
  for (let start = 0; start < 130; start++) {
    await box.clock.advance(8 * SECOND);
    await box.say('start');
    if (start % 40 === 39) await box.restart();
    verdicts.push(box.verdict());
  }
  assert.deepEqual(verdicts.slice(0, 4), ['up', 'up', 'up', 'up']);
  assert.ok(verdicts.slice(4).every((one) => one === 'down'));
  await box.say('ok');
  assert.equal(box.verdict(), 'up');
  await box.clock.advance(8 * SECOND);
  await box.say('start');
  assert.equal(box.verdict(), 'up');
});

test('a success without a start counts, and the starts after it count from there', async (t) => {
  const box = await boxFor(t);
  await box.say('ok');
  for (let start = 0; start < 3; start++) {
    await box.clock.advance(9 * SECOND);
    await box.say('start');
  }
  assert.equal(box.verdict(), 'up');
  await box.clock.advance(13 * SECOND);
  assert.equal(box.verdict(), 'down');
});

test('a clock that is set forward makes no job late, and one that is set back forgets none', async (t) => {
  const box = await boxFor(t);
  await box.say('start');
  await box.clock.advance(2 * SECOND);
  await box.say('ok');
  assert.equal(box.verdict(), 'up');
  for (const step of [HOUR, -3 * DAY]) {
    box.clock.jumpWall(step);
    assert.equal(box.verdict(), 'up', `set by ${step} ms`);
    await box.clock.advance(8 * SECOND);
    await box.say('ok');
    assert.equal(box.verdict(), 'up');
  }
  await box.clock.advance(HOUR);
  assert.equal(box.verdict(), 'down', 'and it is missed as ever');
});

test('a report that a clock ahead had dated does not outlive the ones that came after it', async (t) => {
  const box = await boxFor(t);
  box.clock.jumpWall(3650 * DAY);
  await box.say('fail');
  box.clock.jumpWall(-3650 * DAY);
  await box.restart();
  assert.equal(box.verdict(), 'unknown', 'one of the two clocks is wrong');
  await box.say('ok');
  assert.equal(box.verdict(), 'up');
  await box.restart();
  assert.equal(box.verdict(), 'up');
});
