import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCheck } from '../../collector/run.ts';
import type { Vantage } from '../../collector/vantage/vantage.ts';
import type { Finding, Verdict } from '../../model/finding.ts';
import type { Monitor } from '../../model/monitor.ts';
import { reasonInWords } from '../../model/reason.ts';
import { FakeClock } from '../fake-clock.ts';

const MONITOR = { name: 'web', kind: 'http', spec: {}, timeoutMs: 5_000 } as unknown as Monitor;

/** One check that takes so long, of which this process stood still for a part. */
function check(verdict: Verdict, tookMs: number, heldUpMs: number): Promise<Finding> {
  const clock = new FakeClock(0);
  const vantage: Vantage = {
    name: 'local',
    async check() {
      await clock.advance(tookMs);
      return { verdict, reason: ['no answer within 5 s'] };
    },
    stop: async () => {},
  };
  return runCheck(MONITOR, vantage, clock, 0, () => heldUpMs).then(({ finding }) => finding);
}

test('a deadline that passed because the box itself was stopped does not make the target down', async () => {
  const frozen = await check('down', 5_000, 4_900);
  assert.equal(frozen.verdict, 'unknown');
  assert.match(reasonInWords(frozen.reason), /this process was held up for 4\.9 s/);
  assert.equal((await check('down', 5_000, 100)).verdict, 'down');
  assert.equal((await check('up', 5_000, 4_900)).verdict, 'up');
  assert.equal((await check('down', 20, 10)).verdict, 'down');
});
