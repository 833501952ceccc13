import assert from 'node:assert/strict';
import { mkdir, readFile, utimes } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { snapsSource } from '../../../exporters/changes/snaps/snaps.ts';
import type { Change } from '../../../model/change.ts';
import { changeInWords } from '../../../model/change-words.ts';
import { FakeClock } from '../../fake-clock.ts';
import { looking, machineFor } from './machine.ts';

const NOW = Date.UTC(2026, 10, 21, 16);

/** What snapd answers: to /v2/snaps, with all revisions, and to /v2/changes. */
interface Answers {
  readonly current: readonly object[];
  readonly all: readonly object[];
  readonly changes: readonly object[];
}

/** Answers as snapd does at its socket, and counts how often it is asked. */
async function snapd(t: TestContext) {
  const machine = await machineFor(t, { 'var/lib/snapd/state.json': '{}' });
  const says = { current: [], all: [], changes: [] } as Answers;
  let asked = 0;
  const server = createServer(({ url = '' }, response) => {
    asked++;
    const snaps = url === '/v2/snaps' ? says.current : says.all;
    response.setHeader('content-type', 'application/json');
    const result = url.startsWith('/v2/snaps') ? snaps : says.changes;
    response.end(JSON.stringify({ type: 'sync', 'status-code': 200, status: 'OK', result }));
  });
  const socket = machine.at('run/snapd.socket');
  await mkdir(dirname(socket), { recursive: true });
  await new Promise<void>((resolve) => void server.listen(socket, resolve));
  t.after(() => void server.close());
  let written = NOW;
  return {
    /** It has done something. */
    async does(answers: Partial<Answers>): Promise<void> {
      Object.assign(says, answers);
      written += 1_000;
      await utimes(machine.at('var/lib/snapd/state.json'), written / 1e3, written / 1e3);
    },
    asked: () => asked,
    fresh: () => looking(snapsSource(machine), new FakeClock(NOW)),
    ...looking(snapsSource(machine), new FakeClock(NOW)),
  };
}

/**
 * What a real snapd 2.57.6 answered, tasks left out, while snaps made by hand were installed with `--dangerous`: `hello` 1.0 on core18 and refreshed to 2.0
 * on core22, reverted, disabled, enabled, refreshed to a 3.0 whose configure hook fails, removed.
 */
async function real(): Promise<Readonly<Record<string, Answers>>> {
  const path = join(import.meta.dirname, '../../fixtures/snapd-2.57.json');
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, Answers>;
}

const ofHello = (changes: readonly Change[]) => changes.filter(({ what }) => what === 'hello');
const told = (changes: readonly Change[]) => ofHello(changes).map((one) => [changeInWords(one), one.detail ?? '']);

test('what a real snapd answered is told as what was done: refreshed, reverted, disabled, failed, removed', async (t) => {
  const { does, look } = await snapd(t);
  const { refreshed, reverted, disabled, failed, removed } = await real();
  assert.ok(refreshed && reverted && disabled && failed && removed);
  await does(refreshed);
  const first = await look();
  const [core18] = first.filter(({ what }) => what === 'core18');
  assert.equal(core18?.detail, 'Install snaps "core18", "core22" from files "core18-18.snap", "core22-22.snap"');
  assert.deepEqual(told(first), [
    [
      '1.0 (revision x1) → 2.0 (revision x2)',
      'base core18 → core22\nInstall "hello" snap from file "/tmp/hello-2.0.snap"',
    ],
  ]);
  await does(reverted);
  assert.deepEqual(told(await look()), [
    ['2.0 (revision x2) → 1.0 (revision x1)', 'base core22 → core18\nRevert "hello" snap'],
  ]);
  await does(disabled);
  assert.deepEqual(told(await look()), [['1.0 (revision x1) → disabled', 'Disable "hello" snap']]);
  await does(failed);
  const why = `- Run configure hook of "hello" snap if present (run hook "configure": cannot perform operation: mount --rbind /snap /snap: No such file or directory)`;
  const failure = 'failed: Install "hello" snap from file "/tmp/hello-3.0.snap"';
  assert.deepEqual(told(await look()), [
    ['disabled → 1.0 (revision x1)', 'Install "hello" snap from file "/tmp/hello-3.0.snap"'],
    [failure, `${failure}\n${why}`],
  ]);
  await does(removed);
  const [gone] = ofHello(await look());
  assert.deepEqual([gone?.from, gone?.to, gone?.detail], ['1.0 (revision x1)', undefined, 'Remove "hello" snap']);
  const removal = removed.changes.find((one) => 'kind' in one && one.kind === 'remove-snap');
  assert.ok(removal && 'ready-time' in removal);
  assert.equal(gone?.at, Date.parse(String(removal['ready-time'])));
  assert.deepEqual(await look(), []);
});

test('a first look tells a revert as one, and nothing of what was disabled before it', async (t) => {
  const { does, fresh } = await snapd(t);
  const { reverted, disabled } = await real();
  assert.ok(reverted && disabled);
  await does(reverted);
  assert.equal(told(await fresh().look())[0]?.[0], '2.0 (revision x2) → 1.0 (revision x1)');
  await does(disabled);
  assert.deepEqual(told(await fresh().look()), []);
});

const revision = (revision: string, version: string, base: string, date?: string) => ({
  name: 'docker',
  version,
  revision,
  base,
  status: date === undefined ? 'installed' : 'active',
  ...(date !== undefined && { 'install-date': date }),
});
const OLD = revision('2915', '27.2.0', 'core18', '2026-01-01T00:00:00Z');
const NEW = revision('2932', '28.1.1', 'core22', '2026-11-21T03:12:04Z');
const REFRESH = {
  id: '77',
  kind: 'auto-refresh',
  summary: 'Auto-refresh snap "docker"',
  'spawn-time': '2026-11-21T03:11:40Z',
  data: { 'snap-names': ['docker'] },
};
const DONE = { ...REFRESH, status: 'Done', ready: true, 'ready-time': '2026-11-21T03:12:09Z' };

test('an unattended refresh is told once it is over, with its time, both revisions and the base that it moved to', async (t) => {
  const { does, look } = await snapd(t);
  await does({ current: [OLD], all: [OLD] });
  assert.deepEqual(await look(), [], 'installed before the backlog');
  await does({ current: [NEW], changes: [{ ...REFRESH, status: 'Doing', ready: false }] });
  assert.deepEqual(await look(), []);
  // Its state may have been written in between.
  const service = {
    ...DONE,
    id: '78',
    kind: 'service-control',
    status: 'Error',
    summary: 'Running service command for snap "docker"',
  };
  Object.assign(service, { err: 'it does not start' });
  await does({ changes: [service, DONE] });
  assert.deepEqual(await look(), [
    {
      at: Date.UTC(2026, 10, 21, 3, 12, 4),
      kind: 'snap',
      what: 'docker',
      from: '27.2.0 (revision 2915)',
      to: '28.1.1 (revision 2932)',
      detail: 'base core18 → core22\nAuto-refresh snap "docker"',
    },
  ]);
  assert.deepEqual(await look(), []);
});

test('a refresh that was undone is told as failed alone, whenever it is looked at', async (t) => {
  const { does, look } = await snapd(t);
  await does({ current: [OLD], all: [OLD] });
  await look();
  await does({ current: [NEW], changes: [{ ...REFRESH, status: 'Undoing', ready: false }] });
  assert.deepEqual(await look(), []);
  const undone = { ...DONE, status: 'Error', err: 'cannot perform the following tasks:\n- Start services (no)' };
  await does({ current: [{ ...OLD, 'install-date': '2026-11-21T03:12:08Z' }], changes: [undone] });
  const failure = {
    at: Date.UTC(2026, 10, 21, 3, 12, 9),
    kind: 'snap',
    what: 'docker',
    detail: 'failed: Auto-refresh snap "docker"\n- Start services (no)',
  };
  assert.deepEqual(await look(), [failure]);
  await does({});
  assert.deepEqual(await look(), [], 'once');
});

test('a failure that a clock ten years ahead had dated hides none that comes after it, and is told once', async (t) => {
  const { does, look } = await snapd(t);
  await does({ current: [OLD], all: [OLD] });
  await look();
  const failed = (id: string, ready: string) => ({
    ...DONE,
    id,
    status: 'Error',
    err: 'no room',
    'spawn-time': ready,
    'ready-time': ready,
  });
  const ahead = failed('901', '2036-11-21T15:00:00Z');
  await does({ changes: [ahead] });
  assert.equal((await look({ now: Date.UTC(2036, 10, 21, 16) })).length, 1);
  for (const hour of ['13', '14']) {
    const after = failed(`9${hour}`, `2026-11-21T${hour}:00:00Z`);
    await does({ changes: [ahead, after] });
    const told = await look({ now: Date.UTC(2026, 10, 21, Number(hour), 1) });
    assert.deepEqual(
      told.map(({ at }) => new Date(at).toISOString()),
      [`2026-11-21T${hour}:00:00.000Z`],
    );
  }
});

test('a refresh from before the first start is in the backlog, as far as snapd keeps the revision before', async (t) => {
  const { does, look } = await snapd(t);
  const all = [revision('2800', '26.0.0', 'core18'), revision('2915', '27.2.0', 'core18'), NEW];
  await does({ current: [NEW], all });
  const [told, ...others] = await look();
  assert.deepEqual(others, []);
  assert.deepEqual([told?.from, told?.to], ['27.2.0 (revision 2915)', '28.1.1 (revision 2932)']);
});

test('snapd, which sleeps, is woken only when its state was written', async (t) => {
  const { does, look, asked } = await snapd(t);
  await does({ current: [OLD], all: [OLD] });
  await look();
  const before = asked();
  for (let round = 0; round < 5; round++) await look();
  assert.equal(asked(), before);
  await does({ current: [] });
  assert.deepEqual(await look(), [{ at: NOW, kind: 'snap', what: 'docker', from: '27.2.0 (revision 2915)' }]);
});

test('what is not snapd at its socket is said, and tells nothing', async (t) => {
  const { does, look } = await snapd(t);
  await does({ current: 'no list' as unknown as object[] });
  await assert.rejects(look(), /snapd answers something else than a list/);
});
