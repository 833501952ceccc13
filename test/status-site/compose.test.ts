import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR, MINUTE } from '../../model/time.ts';
import { AFTERNOON, composed, dayOfChecks, NOW, ninetyDays, SPEC, siteMonitor, stand, type World } from './world.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const compose = (world: World, spec = SPEC) => composed(spec, world);
const one = (world: World, more = {}) => compose(world, { title: 'one', monitors: [siteMonitor('web', more)] });

function lineOf(name: string, data = compose(AFTERNOON)) {
  const line = data.monitors.find((monitor) => monitor.line.slug === name)?.line;
  assert.ok(line, `${name} is on the page`);
  return { ...line, reason: plain(line.reason), uptime: plain(line.uptime), seen: plain(line.seen) };
}

test('the groups and their lines stand in the order of the config', () => {
  const data = compose(AFTERNOON);
  assert.deepEqual(
    data.groups.map((group) => [group.title, ...group.lines.map((line) => line.title)]),
    [
      ['Public', 'Website', 'Media', 'Timeline', 'Name server', 'Mail'],
      ['Home', 'Minecraft', 'NAS', 'Backup'],
    ],
  );
});

test('the line under a name says how it stands, how long, and why', () => {
  assert.equal(lineOf('website').reason, '200 OK · usually 130 ms');
  assert.equal(lineOf('media').reason, 'down 13 min · 502 Bad Gateway');
  assert.equal(lineOf('timeline').reason, 'degraded 3 h · slow: 2.4 s, usually 300 ms');
  assert.equal(lineOf('nas').reason, 'unreachable because of something it needs · for 50 min');
  assert.equal(lineOf('backup').reason, 'last run 03:15 UTC, took 22 min', 'the time of a run is not a usual latency');
});

test('uptime stands beside how much of the time was seen', () => {
  assert.deepEqual([lineOf('website').uptime, lineOf('website').seen], ['99.99 %', '97 %']);
  assert.deepEqual([lineOf('dns').uptime, lineOf('dns').seen], ['100 %', '97 %']);
});

test('a monitor that was never checked is unknown for ninety days, not up', () => {
  for (const stands of [
    [],
    [stand('web', { standing: 'unknown', blind: 'unwatched', reason: ['not checked yet'], since: NOW - HOUR })],
  ]) {
    const data = one({ stands });
    const line = lineOf('web', data);
    assert.deepEqual([line.reason, line.uptime, line.seen], ['not checked yet', 'no data', '0 %']);
    assert.equal(line.days.length, 90);
    assert.ok(line.days.every((day) => day.unseen === 1));
    assert.equal(data.sentence, 'Nothing has been checked yet.');
    assert.deepEqual([data.status.monitors[0]?.uptime, data.status.monitors[0]?.coverage], [null, 0]);
  }
});

test('when the finding no longer counts the page says since when nobody has looked, and never that it is up', () => {
  const days = { web: ninetyDays(100) };
  const stale = one({ stands: [stand('web', { freshUntil: NOW - 3 * MINUTE })], days });
  assert.equal(stale.sentence, 'Nobody has looked since 14:02.');
  assert.equal(lineOf('web', stale).reason, 'nobody has looked since 14:02');
  assert.deepEqual(
    [stale.state, stale.status.standing, stale.status.monitors[0]?.since],
    ['unknown', 'unknown', '2026-11-21T14:02:20Z'],
  );
});

test('a ledger that is written some seconds late is not a box that is off', () => {
  const data = one({ stands: [stand('web', { freshUntil: NOW - 9_000 })], days: { web: ninetyDays(100) } });
  assert.equal(data.sentence, 'Everything is working.');
});

test('after a restart the page knows since when nobody looked', () => {
  const gone = stand('web', {
    standing: 'unknown',
    blind: 'unwatched',
    since: NOW - 2 * HOUR,
    reason: ['nobody was looking for 2 h or more'],
  });
  assert.equal(one({ stands: [gone], days: { web: ninetyDays(100) } }).sentence, 'Nobody has looked since 12:05.');
});

test('the stand of a single vantage is not the stand of the monitor', () => {
  const data = one({
    stands: [stand('web'), stand('web', { vantage: 'vps', standing: 'down' })],
    days: { web: ninetyDays(100) },
  });
  assert.equal(data.sentence, 'Everything is working.');
});

test('status.json holds what the issue promises and nothing more', () => {
  const { status } = compose(AFTERNOON);
  assert.deepEqual(Object.keys(status), ['made', 'until', 'standing', 'monitors']);
  assert.deepEqual(
    [status.made, status.until, status.standing],
    ['2026-11-21T14:05:20Z', '2026-11-21T14:07:20Z', 'down'],
  );
  const media = status.monitors[1];
  assert.deepEqual(Object.keys(media ?? {}), [
    'name',
    'title',
    'group',
    'standing',
    'since',
    'reason',
    'uptime',
    'coverage',
    'checks',
    'failed',
  ]);
  assert.deepEqual(
    [media?.name, media?.standing, media?.since, media?.reason],
    ['media', 'down', '2026-11-21T13:52:20Z', '502 Bad Gateway'],
  );
});

test('the last 24 hours are counted to the moment, not to the day', () => {
  const windows = compose(AFTERNOON).monitors[1]?.windows.map((window) => [
    window.span,
    plain(window.uptime),
    plain(window.seen),
  ]);
  assert.deepEqual(windows?.[0], ['24 hours', '99.09 %', '100 %'], '13 minutes of 24 hours');
});

test('a service that fails in turn says so beside its uptime, which is whole', () => {
  const checks = Array.from({ length: 115 }, (_, index) => ({
    at: NOW - HOUR + index * 30_000,
    verdict: index % 2 > 0 ? ('down' as const) : ('up' as const),
  }));
  const days = ninetyDays(100).map((day, index) => ({
    ...day,
    checks: index === 89 ? 115 : 0,
    failed: index === 89 ? 57 : 0,
  }));
  const world: World = { stands: [stand('web')], days: { web: days }, checks: { web: checks } };
  const { groups, monitors, status } = composed({ title: 'x', monitors: [siteMonitor('web')] }, world);
  assert.deepEqual(
    monitors[0]?.windows.map(({ uptime }) => plain(uptime)),
    ['100 %', '100 %', '100 %'],
  );
  assert.equal(
    plain(monitors[0]?.failed ?? ''),
    'Failed checks: 57 of 115 in 24 hours, 57 of 115 in 7 days and 57 of 115 in 90 days.',
  );
  assert.equal(plain(groups[0]?.lines[0]?.failed ?? ''), '57 of 115 checks failed');
  assert.deepEqual([status.monitors[0]?.uptime, status.monitors[0]?.checks, status.monitors[0]?.failed], [1, 115, 57]);
});

test('time in which the box was off is not seen, in the last 24 hours too', () => {
  const world: World = {
    stands: [stand('web', { since: NOW - 12 * HOUR })],
    days: { web: ninetyDays(100) },
    transitions: [
      {
        monitor: 'web',
        vantage: '',
        at: NOW - 18 * HOUR,
        from: 'up',
        to: 'unknown',
        blind: 'unwatched',
        reason: ['nobody was looking'],
      },
      { monitor: 'web', vantage: '', at: NOW - 12 * HOUR, from: 'unknown', to: 'up', reason: ['200 OK'] },
    ],
  };
  const [window] = one(world).monitors[0]?.windows ?? [];
  assert.deepEqual([plain(window?.uptime ?? ''), plain(window?.seen ?? '')], ['100 %', '75 %']);
});

test('what changed lately says from what to what, how long, and why', () => {
  const changes = compose(AFTERNOON).monitors[1]?.changes.map((change) => [
    change.at.words,
    change.from,
    change.words,
    plain(change.span),
    change.reason,
  ]);
  assert.deepEqual(changes?.slice(0, 3), [
    ['21 November, 13:52', 'Up', 'Down', '13 min so far', '502 Bad Gateway'],
    ['4 October, 14:29', 'Down', 'Up', '47 days', '200 OK'],
    ['4 October, 14:05', 'Up', 'Down', '24 min', 'connection refused'],
  ]);
});

test('the latency line has a gap where nothing was measured', () => {
  const steps = compose(AFTERNOON).monitors[0]?.latency.drawing?.steps ?? [];
  assert.equal(steps.length, 240);
  const gap = steps.flatMap((step, index) => (step === undefined ? [index] : []));
  assert.deepEqual(
    gap,
    Array.from({ length: 15 }, (_, index) => 150 + index),
    'from 9 to 7.5 hours ago',
  );
});

test('a rare check is no gap after every check', () => {
  const data = one(
    {
      stands: [stand('web')],
      days: { web: ninetyDays(100) },
      checks: { web: dayOfChecks(100, { everyMs: 15 * MINUTE }) },
    },
    { everyMs: 15 * MINUTE },
  );
  const steps = data.monitors[0]?.latency.drawing?.steps ?? [];
  assert.equal(steps.length, 48);
  assert.ok(steps.every((step) => step !== undefined));
});

test('how it is checked is said without the address', () => {
  const said = compose(AFTERNOON).monitors.map((monitor) => monitor.howChecked);
  assert.equal(said[0], 'Checked by a web request every 30 s.');
  assert.equal(said[7], 'It reports for itself; when its signal is late, it is down.');
});

test('a page made every few seconds says its time to the second', () => {
  const { stamp } = composed(SPEC, AFTERNOON, NOW, NOW + 15_000);
  assert.deepEqual([stamp.made.words, stamp.until.words], ['14:05:20', '14:05:35']);
});

test('days that were bad are listed with what happened, the latest first', () => {
  const bad = compose(AFTERNOON).monitors[2]?.badDays.map((day) => [day.day.iso, day.day.words, plain(day.words)]);
  assert.deepEqual(bad, [
    ['2026-11-21', '21 November', 'degraded 3 h'],
    ['2026-11-20', '20 November', 'degraded 7 h'],
    ['2026-11-02', '2 November', 'degraded 1 h'],
  ]);
  assert.equal(NOW - 19 * DAY > Date.UTC(2026, 10, 2), true);
});
