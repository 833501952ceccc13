import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createChecks } from '../../collector/checks.ts';
import { createClock } from '../../collector/clock.ts';
import { openLedger } from '../../collector/ledger/open.ts';
import type { Vantage } from '../../collector/vantage/vantage.ts';
import type { Finding } from '../../model/finding.ts';
import type { Monitor } from '../../model/monitor.ts';
import type { Identity, Sample } from '../../model/sample.ts';
import { HOUR } from '../../model/time.ts';
import { monitor } from './judge/judging-box.ts';

const UP: Finding = {
  verdict: 'up',
  reason: ['ok'],
  samples: [{ name: 'probe_http_status_code', labels: {}, value: 200 }],
};

/** Checks that find what `finding` says; which series were given and not ended since, by name, monitor and vantage. */
async function world(t: TestContext, finding: () => Finding | Promise<Finding>) {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-checks-'));
  const clock = createClock();
  const ledger = await openLedger(folder, { clock, onTrouble: () => {} });
  const living = new Set<string>();
  const named = (samples: readonly Sample[], { instance, vantage }: Identity) =>
    samples.map(({ name }) => `${name} ${instance} ${vantage}`);
  const place: Vantage = { name: 'x', check: async () => finding(), stop: async () => {} };
  const checks = createChecks({
    clock,
    ledger,
    sink: {
      offer: (...[samples, identity]) => named(samples, identity).forEach((one) => void living.add(one)),
      end: (...[samples, identity]) => named(samples, identity).forEach((one) => void living.delete(one)),
    },
    redact: (text) => text,
    vantageFor: () => place,
    log: () => {},
    onKept: () => {},
  });
  t.after(async () => {
    await checks.stop();
    await ledger.close();
    await rm(folder, { recursive: true, force: true });
  });
  const configure = (list: readonly Monitor[]) =>
    checks.configure({ monitors: list.map((one) => ({ ...one, everyMs: HOUR })), online: [] }, { changed: [] });
  return { checks, configure, living };
}

test('a check that could not be made takes the last answer away: nothing stands for what nobody saw', async (t) => {
  let finding: Finding = UP;
  const { checks, configure, living } = await world(t, () => finding);
  await configure([monitor('web')]);
  await checks.now('web');
  assert.ok(living.has('probe_success web local') && living.has('probe_http_status_code web local'));
  finding = { verdict: 'unknown', reason: ['no worker'] };
  await checks.now('web');
  assert.ok(!living.has('probe_success web local') && !living.has('probe_http_status_code web local'));
  assert.ok(living.has('signalbox_probe_unknown web local'));
  finding = UP;
  await checks.now('web');
  assert.ok(living.has('probe_success web local'));
});

test('of a monitor or a vantage that a reload removes nothing stands, also where a check was under way', async (t) => {
  const late = Promise.withResolvers<Finding>();
  let finding: Finding | Promise<Finding> = UP;
  const { checks, configure, living } = await world(t, () => finding);
  const web = monitor('web', { vantages: ['local', 'outside'] });
  await configure([web, monitor('shop')]);
  await checks.now('web');
  await checks.now('shop');
  await configure([monitor('web', { vantages: ['local'] }), monitor('shop')]);
  assert.ok([...living].every((one) => !one.endsWith('outside')));
  assert.ok(living.has('probe_success web local') && living.has('probe_success shop local'));
  finding = late.promise;
  const underWay = checks.now('web');
  await configure([monitor('shop')]);
  late.resolve(UP);
  await underWay;
  assert.ok([...living].every((one) => one.includes(' shop ')));
  for await (const { identity } of checks.samples()) assert.notEqual(identity?.instance, 'web');
});
