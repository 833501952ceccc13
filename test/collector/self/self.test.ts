import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openSelf, type Self, type SelfOptions } from '../../../collector/self/self.ts';
import type { Check, Verdict } from '../../../model/finding.ts';
import type { Monitor } from '../../../model/monitor.ts';
import type { Identity, Sample } from '../../../model/sample.ts';
import type { Stand, Transition } from '../../../model/standing.ts';
import { SECOND } from '../../../model/time.ts';
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
    spec: {},
  };
}

function check(name: string, verdict: Verdict, more: Partial<Check> = {}, samples: readonly Sample[] = []): Check {
  const finding = { verdict, reason: 'because', samples };
  return { monitor: name, vantage: 'local', at: 0, steadyAt: 0, durationMs: 20, lateMs: 3, finding, ...more };
}

function open(t: TestContext, more: Partial<SelfOptions> = {}) {
  const clock = new FakeClock();
  const offered: { samples: readonly Sample[]; identity: Identity }[] = [];
  const offer = (samples: readonly Sample[], identity: Identity) => void offered.push({ samples, identity });
  const self = openSelf({ clock, sink: { offer, end: () => {} }, version: '1.2.3', ...more });
  t.after(() => self.stop());
  return { clock, self, offered };
}

/** The lines of the page that have no comment. */
async function linesOf(self: Self): Promise<string[]> {
  return (await self.page()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('the page counts checks by kind and verdict, and how late they began', async (t) => {
  const { self } = open(t);
  self.configured(true, [monitor('web'), monitor('job', 'heartbeat'), monitor('shop')]);
  self.check(check('web', 'up'));
  self.check(check('web', 'up', { heldUpMs: 40 }));
  self.check(check('shop', 'down'));
  self.transition({ to: 'down' } as Transition);
  const lines = await linesOf(self);
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
    assert.ok(lines.includes(line), `${line}\nis not in\n${lines.join('\n')}`);
});

test('the page has the latest samples of every monitor, once', async (t) => {
  const { self } = open(t);
  self.configured(true, [monitor('web')]);
  const code = (value: number) => [{ name: 'probe_http_status_code', labels: {}, value }];
  self.check(check('web', 'up', {}, code(200)));
  self.check(check('web', 'down', { steadyAt: 30 * SECOND }, code(502)));
  const lines = await linesOf(self);
  const mine = lines.filter((line) => line.includes('instance="web"'));
  const identity = 'job="probe",instance="web",vantage="local"';
  assert.ok(mine.includes(`probe_http_status_code{${identity}} 502`));
  assert.ok(mine.includes(`probe_success{${identity}} 0`));
  assert.ok(mine.includes(`signalbox_check_interval_seconds{${identity}} 30`));
  assert.equal(new Set(lines.map((line) => line.replace(/ \S+$/, ''))).size, lines.length);
});

test('a monitor is described once, and stands in one place', async (t) => {
  const stand = {
    monitor: 'web',
    vantage: '',
    standing: 'down',
    since: 90 * SECOND,
    reason: '',
    freshUntil: 0,
  } as Stand;
  const { self } = open(t, { stands: () => [stand, { ...stand, vantage: 'local', standing: 'up' }] });
  self.configured(true, [monitor('web')]);
  const lines = (await linesOf(self)).filter((line) => line.startsWith('signalbox_monitor_'));
  assert.deepEqual(lines, [
    'signalbox_monitor_info{kind="http",group="Home",title="The web",slug="web",public="true",job="probe",instance="web"} 1',
    'signalbox_monitor_standing{standing="up",job="probe",instance="web"} 0',
    'signalbox_monitor_standing{standing="degraded",job="probe",instance="web"} 0',
    'signalbox_monitor_standing{standing="down",job="probe",instance="web"} 1',
    'signalbox_monitor_standing{standing="unknown",job="probe",instance="web"} 0',
    'signalbox_monitor_standing_since_timestamp_seconds{job="probe",instance="web"} 90',
  ]);
});

test('a bad config file is seen in the metrics, and the good one stays dated', async (t) => {
  const { self, clock } = open(t);
  self.configured(true, []);
  const read = clock.now() / 1000;
  await clock.advance(SECOND);
  self.configured(false);
  const lines = await linesOf(self);
  assert.ok(lines.includes('signalbox_config_last_reload_successful{job="signalbox",instance="box"} 0'));
  assert.ok(lines.includes(`signalbox_config_last_reload_timestamp_seconds{job="signalbox",instance="box"} ${read}`));
});

test('a monitor that is gone from the config is gone from the page', async (t) => {
  const { self } = open(t);
  self.configured(true, [monitor('web'), monitor('shop')]);
  self.check(check('web', 'up'));
  self.check(check('shop', 'up'));
  self.configured(true, [monitor('shop')]);
  const lines = await linesOf(self);
  assert.ok(lines.some((line) => line.includes('instance="shop"')));
  assert.deepEqual(
    lines.filter((line) => line.includes('instance="web"')),
    [],
  );
});

test('every quarter of a minute what the box says of itself is measured too, but no check twice', async (t) => {
  const { self, clock, offered } = open(t, { others: () => [{ name: 'signalbox_spool_bytes', labels: {}, value: 7 }] });
  self.configured(true, [monitor('web')]);
  self.check(check('web', 'up'));
  await clock.advance(14 * SECOND);
  assert.equal(offered.length, 0);
  await clock.advance(SECOND);
  while (offered.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const [box, web] = offered;
  assert.deepEqual(box?.identity, { job: 'signalbox', instance: 'box' });
  const names = box?.samples.map((one) => one.name) ?? [];
  for (const name of [
    'signalbox_spool_bytes',
    'signalbox_checks_total',
    'process_resident_memory_bytes',
    'signalbox_loop_delay_seconds',
  ])
    assert.ok(names.includes(name), name);
  assert.deepEqual(web?.identity, { job: 'probe', instance: 'web' });
  assert.ok(!offered.some(({ samples }) => samples.some((one) => one.name === 'probe_success')));
});

test('labels that somebody chose badly do not break the page', async (t) => {
  const { self } = open(t);
  self.configured(true, [{ ...monitor('web'), title: 'a "quoted"\\\nname' }]);
  const line = (await linesOf(self)).find((one) => one.startsWith('signalbox_monitor_info'));
  assert.match(line ?? '', /title="a \\"quoted\\"\\\\\\nname"/);
});

test("a sample's own job and instance stand beside those of the exporter that gave it", async (t) => {
  const labels = { job: 'nightly', instance: 'tape', other: 'x' };
  const { self } = open(t, {
    exported: () => [
      { identity: { job: 'node', instance: 'nas' }, samples: [{ name: 'backup_size', labels, value: 7 }] },
    ],
  });
  const expected = 'backup_size{exported_job="nightly",exported_instance="tape",other="x",job="node",instance="nas"} 7';
  assert.ok((await linesOf(self)).includes(expected));
});
