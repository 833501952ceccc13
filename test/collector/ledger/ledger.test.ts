import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openLedger } from '../../../collector/ledger/open.ts';
import { openView } from '../../../collector/ledger/view.ts';
import type { Check, Verdict } from '../../../model/finding.ts';
import type { Stand, Standing, Transition } from '../../../model/standing.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';

const START = Date.UTC(2026, 0, 5, 12);

async function folderFor(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-ledger-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function ledgerFor(test: TestContext, clock = new FakeClock(START), folder?: string) {
  const place = folder ?? (await folderFor(test));
  const troubles: string[] = [];
  const ledger = await openLedger(place, { clock, onTrouble: (message) => troubles.push(message) });
  let closed = false;
  const close = async () => {
    if (!closed) await ledger.close();
    closed = true;
  };
  test.after(close);
  return { clock, folder: place, ledger, troubles, close };
}

function check(at: number, verdict: Verdict = 'up', latencyMs = 42): Check {
  const finding = { verdict, reason: 'said so', latencyMs };
  return { monitor: 'web', vantage: 'local', at, steadyAt: at, durationMs: latencyMs, lateMs: 0, finding };
}

function transition(at: number, from: Standing, to: Standing, more: Partial<Transition> = {}): Transition {
  return { monitor: 'web', vantage: '', at, from, to, reason: `now ${to}`, ...more };
}

function stand(since: number, standing: Standing, freshUntil: number, more: Partial<Stand> = {}): Stand {
  return { monitor: 'web', vantage: '', standing, since, reason: `now ${standing}`, freshUntil, ...more };
}

test('what was concluded is there after a restart', async (t) => {
  const first = await ledgerFor(t);
  const evidence = { status: 503, headers: ['server: x'] };
  const down = transition(START, 'up', 'down', { evidence, flapping: true });
  await first.ledger.keep([down], [stand(START, 'down', START + MINUTE)]);
  await first.ledger.pulse({ monitor: 'job', at: START, signal: 'fail', exitCode: 3, log: 'no space' });
  first.ledger.note(check(START, 'down'), 30 * SECOND);
  await first.close();

  const second = await ledgerFor(t, new FakeClock(START), first.folder);
  assert.deepEqual(await second.ledger.stands(), [stand(START, 'down', START + MINUTE)]);
  assert.deepEqual(await second.ledger.pulses(), [
    { monitor: 'job', at: START, signal: 'fail', exitCode: 3, log: 'no space' },
  ]);
  using view = viewOf(first.folder);
  assert.deepEqual(view.transitions('web', START, START + 1, 10), [down]);
  assert.deepEqual(
    view.checks('web', 0, START + DAY).map(({ at, verdict }) => ({ at, verdict })),
    [{ at: START, verdict: 'down' }],
  );
});

function viewOf(folder: string) {
  const view = openView(folder);
  return { ...view, [Symbol.dispose]: view.close };
}

test('checks that were noted can be read within ten seconds', async (t) => {
  const { clock, folder, ledger } = await ledgerFor(t);
  for (let i = 0; i < 1000; i++) ledger.note(check(START + i * 30 * SECOND, i % 10 ? 'up' : 'down'), 30 * SECOND);
  await clock.advance(10 * SECOND);
  await ledger.stands();
  using view = viewOf(folder);
  const marks = view.checks('web', START, START + 100 * HOUR);
  assert.equal(marks.length, 1000);
  assert.deepEqual(marks[3], { at: START + 90 * SECOND, verdict: 'up', latencyMs: marks[3]?.latencyMs });
  assert.ok(Math.abs((marks[3]?.latencyMs ?? 0) - 42) < 42 * 0.03);
});
