import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openLedger } from '../../../collector/ledger/open.ts';
import { openView } from '../../../collector/ledger/view.ts';
import type { Check, Verdict } from '../../../model/finding.ts';
import type { Stand, Standing, Transition } from '../../../model/standing.ts';
import { FakeClock } from '../../fake-clock.ts';

export const START = Date.UTC(2026, 0, 5, 12);

export async function folderFor(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-ledger-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function ledgerFor(test: TestContext, clock = new FakeClock(START), folder?: string) {
  const place = folder ?? (await folderFor(test));
  const troubles: string[] = [];
  const gone = Promise.withResolvers<string>();
  const onTrouble = (message: string) => troubles.push(message);
  const ledger = await openLedger(place, { clock, onTrouble, onGone: gone.resolve });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= ledger.close();
    return closed;
  };
  test.after(() => close().catch(() => {}));
  /** Lets `ms` pass with a flush every few seconds, each of them finished before time goes on. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 4_000) {
      await clock.advance(Math.min(left, 4_000));
      await ledger.pulses.latest();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { clock, folder: place, ledger, troubles, gone: gone.promise, close, pass };
}

export function check(at: number, verdict: Verdict = 'up', latencyMs = 42): Check {
  const finding = { verdict, reason: ['said so'], latencyMs };
  return { monitor: 'web', vantage: 'local', at, steadyAt: at, durationMs: latencyMs, lateMs: 0, finding };
}

export function transition(at: number, from: Standing, to: Standing, more: Partial<Transition> = {}): Transition {
  return { monitor: 'web', vantage: '', at, from, to, reason: [`now ${to}`], ...more };
}

export function stand(since: number, standing: Standing, freshUntil: number, more: Partial<Stand> = {}): Stand {
  return { monitor: 'web', vantage: '', standing, since, reason: [`now ${standing}`], freshUntil, ...more };
}

export function viewOf(folder: string) {
  const view = openView(folder);
  return { ...view, [Symbol.dispose]: view.close };
}
