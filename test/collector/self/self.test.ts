import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createCheckMetrics } from '../../../collector/check-metrics.ts';
import { openSelf } from '../../../collector/self/self.ts';
import type { Config } from '../../../config/config.ts';
import type { Check, Verdict } from '../../../model/finding.ts';
import type { Monitor } from '../../../model/monitor.ts';
import type { Part } from '../../../model/part.ts';
import type { Asked } from '../../../model/route.ts';
import type { Identity, Sample } from '../../../model/sample.ts';
import type { Stand } from '../../../model/standing.ts';
import { SECOND } from '../../../model/time.ts';
import { createParts } from '../../../parts.ts';
import { FakeClock } from '../../fake-clock.ts';

function monitor(name: string, kind = 'http'): Monitor {
  return {
    name,
    slug: name,
    title: `The ${name}`,
    group: 'Home',
    public: true,
    everyMs: 30 * SECOND,
    timeoutMs: 10 * SECOND,
    confirm: { bad: 2, good: 2, everyMs: 5 * SECOND },
    needs: [],
    agree: 'any',
    vantages: ['local'],
    kind,
    traits: { by: 'a web request' },
    spec: {},
  };
}

function check(name: string, verdict: Verdict, more: Partial<Check> = {}, samples: readonly Sample[] = []): Check {
  const finding = { verdict, reason: ['because'], samples };
  return { monitor: name, vantage: 'local', at: 0, steadyAt: 0, durationMs: 20, lateMs: 3, finding, ...more };
}

/** A box of two parts: one that measures checks, and the box itself. */
async function open(t: TestContext, { stands = [], part }: { stands?: readonly Stand[]; part?: Part } = {}) {
  const clock = new FakeClock();
  const offered: { samples: readonly Sample[]; identity: Identity }[] = [];
  const offer = (samples: readonly Sample[], identity: Identity) => void offered.push({ samples, identity });
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message);
  const context = {
    clock,
    log,
    version: '1.2.3',
    stateFolder: '',
    config: {} as Config,
    redact: (text: string) => text,
  };
  const parts = createParts(context);
  t.after(() => parts.stop());
  const checks = createCheckMetrics();
  await parts.open('checks', () => ({ samples: () => checks.samples(stands), stop() {} }));
  if (part !== undefined) await parts.open('other', () => part);
  const self = await parts.open('self', (box) => openSelf({ ...box, sink: { offer, end: () => {} }, parts }));
  const get = async (path: string) => {
    const route = self.routes?.find((one) => one.path === path);
    return (await route?.handle({ headers: {} } as Asked)) ?? assert.fail(`nothing is at ${path}`);
  };
  /** The lines of the page that have no comment. */
  const lines = async () =>
    String((await get('/metrics')).body)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
  return { clock, checks, offered, logged, get, lines };
}

test('the page counts checks by kind and verdict, and how late they began', async (t) => {
  const { checks, lines } = await open(t);
  checks.configure([monitor('web'), monitor('job', 'heartbeat'), monitor('shop')]);
  checks.check(check('web', 'up'));
  checks.check(check('web', 'up', { heldUpMs: 40 }));
  checks.check(check('shop', 'down'));
  checks.transition('down');
  const page = await lines();
  const box = 'job="signalbox",instance="box"';
  for (const line of [
    `signalbox_monitors{kind="http",${box}} 2`,
    `signalbox_monitors{kind="heartbeat",${box}} 1`,
    `signalbox_checks_total{kind="http",verdict="up",${box}} 2`,
    `signalbox_checks_total{kind="http",verdict="down",${box}} 1`,
    `signalbox_checks_held_up_total{${box}} 1`,
    `signalbox_check_late_seconds_bucket{le="0.0025",${box}} 0`,
    `signalbox_check_late_seconds_bucket{le="0.005",${box}} 3`,
    `signalbox_check_late_seconds_count{${box}} 3`,
    `signalbox_transitions_total{to="down",${box}} 1`,
    `signalbox_build_info{version="1.2.3",node="${process.versions.node}",${box}} 1`,
  ])
    assert.ok(page.includes(line), `${line}\nis not in\n${page.join('\n')}`);
});

test('the page has the latest samples of every monitor, once', async (t) => {
  const { checks, lines } = await open(t);
  checks.configure([monitor('web')]);
  const code = (value: number) => [{ name: 'probe_http_status_code', labels: {}, value }];
  checks.check(check('web', 'up', {}, code(200)));
  checks.check(check('web', 'down', { steadyAt: 30 * SECOND }, code(502)));
  const page = await lines();
  const mine = page.filter((line) => line.includes('instance="web"'));
  const identity = 'job="probe",instance="web",vantage="local"';
  assert.ok(mine.includes(`probe_http_status_code{${identity}} 502`));
  assert.ok(mine.includes(`probe_success{${identity}} 0`));
  assert.ok(mine.includes(`signalbox_check_interval_seconds{${identity}} 30`));
  assert.equal(new Set(page.map((line) => line.replace(/ \S+$/, ''))).size, page.length);
});

test('a monitor is described once, and stands in one place', async (t) => {
  const stand = {
    monitor: 'web',
    vantage: '',
    standing: 'down',
    since: 90 * SECOND,
    reason: [],
    freshUntil: 0,
  } as Stand;
  const { checks, lines } = await open(t, { stands: [stand, { ...stand, vantage: 'local', standing: 'up' }] });
  checks.configure([monitor('web')]);
  const page = (await lines()).filter((line) => line.startsWith('signalbox_monitor_'));
  assert.deepEqual(page, [
    'signalbox_monitor_info{kind="http",group="Home",title="The web",slug="web",public="true",job="probe",instance="web"} 1',
    'signalbox_monitor_standing{standing="up",job="probe",instance="web"} 0',
    'signalbox_monitor_standing{standing="degraded",job="probe",instance="web"} 0',
    'signalbox_monitor_standing{standing="down",job="probe",instance="web"} 1',
    'signalbox_monitor_standing{standing="unknown",job="probe",instance="web"} 0',
    'signalbox_monitor_standing_since_timestamp_seconds{job="probe",instance="web"} 90',
  ]);
});

test('a monitor that is gone from the config is gone from the page', async (t) => {
  const { checks, lines } = await open(t);
  checks.configure([monitor('web'), monitor('shop')]);
  checks.check(check('web', 'up'));
  checks.check(check('shop', 'up'));
  checks.configure([monitor('shop')]);
  const page = await lines();
  assert.ok(page.some((line) => line.includes('instance="shop"')));
  assert.deepEqual(
    page.filter((line) => line.includes('instance="web"')),
    [],
  );
});

test('every quarter of a minute what the box says of itself is measured too, but no check twice', async (t) => {
  const samples = () => [{ samples: [{ name: 'signalbox_spool_bytes', labels: {}, value: 7 }] }];
  const { checks, clock, offered } = await open(t, { part: { samples, stop() {} } });
  checks.configure([monitor('web')]);
  checks.check(check('web', 'up'));
  await clock.advance(14 * SECOND);
  assert.equal(offered.length, 0);
  await clock.advance(SECOND);
  const ofBox = () => offered.filter(({ identity }) => identity.job === 'signalbox' && identity.instance === 'box');
  const names = () => ofBox().flatMap((group) => group.samples.map(({ name }) => name));
  // The box itself is the last of the parts.
  while (!names().includes('process_resident_memory_bytes')) await new Promise((resolve) => setImmediate(resolve));
  for (const name of [
    'signalbox_spool_bytes',
    'signalbox_checks_total',
    'process_resident_memory_bytes',
    'signalbox_loop_delay_seconds',
  ])
    assert.ok(names().includes(name), name);
  assert.ok(offered.some(({ identity }) => identity.job === 'probe' && identity.instance === 'web'));
  assert.ok(!offered.some(({ samples }) => samples.some((one) => one.name === 'probe_success')));
});

test('labels that somebody chose badly do not break the page', async (t) => {
  const { checks, lines } = await open(t);
  checks.configure([{ ...monitor('web'), title: 'a "quoted"\\\nname' }]);
  const line = (await lines()).find((one) => one.startsWith('signalbox_monitor_info'));
  assert.match(line ?? '', /title="a \\"quoted\\"\\\\\\nname"/);
});

test("a sample's own job and instance stand beside those of the exporter that gave it", async (t) => {
  const labels = { job: 'nightly', instance: 'tape', other: 'x' };
  const samples = () => [
    { identity: { job: 'node', instance: 'nas' }, samples: [{ name: 'backup_size', labels, value: 7 }] },
  ];
  const { lines } = await open(t, { part: { samples, stop() {} } });
  const expected = 'backup_size{exported_job="nightly",exported_instance="tape",other="x",job="node",instance="nas"} 7';
  assert.ok((await lines()).includes(expected));
});

test('/healthz is the sum of what keeps the parts from their work', async (t) => {
  const problems: string[] = [];
  const { get } = await open(t, { part: { problems: () => problems, stop() {} } });
  assert.deepEqual([(await get('/healthz')).status, (await get('/healthz')).body], [200, 'ok\n']);
  problems.push('the storage does not answer', 'the disk is full');
  assert.deepEqual(
    [(await get('/healthz')).status, (await get('/healthz')).body],
    [503, 'the storage does not answer\nthe disk is full\n'],
  );
  problems.length = 0;
  assert.equal((await get('/healthz')).status, 200);
});

test('a part whose metrics cannot be read is said once and makes /healthz ill; the others stand on the page', async (t) => {
  let broken = true;
  const samples = () => {
    if (broken) throw new Error('the dial fell off');
    return [{ samples: [{ name: 'whole', labels: {}, value: 1 }] }];
  };
  const { lines, get, logged } = await open(t, { part: { samples, stop() {} } });
  assert.ok((await lines()).some((line) => line.startsWith('signalbox_build_info')));
  await lines();
  assert.deepEqual(logged, ['other: its metrics could not be read: the dial fell off']);
  assert.equal((await get('/healthz')).status, 503);
  broken = false;
  assert.ok((await lines()).includes('whole{job="signalbox",instance="box"} 1'));
  assert.equal((await get('/healthz')).status, 200);
});
