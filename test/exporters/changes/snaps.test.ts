import assert from 'node:assert/strict';
import { mkdir, utimes } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { type TestContext, test } from 'node:test';
import { snapsSource } from '../../../exporters/changes/snaps/snaps.ts';
import { FakeClock } from '../../fake-clock.ts';
import { looking, machineFor } from './machine.ts';

const NOW = Date.UTC(2026, 10, 21, 6);

/** Something that speaks snapd's documented REST API at its socket, and counts how often it is asked. */
async function snapd(t: TestContext) {
  const machine = await machineFor(t, { 'var/lib/snapd/state.json': '{}' });
  const says = { snaps: [] as object[], changes: [] as object[], asked: 0 };
  const server = createServer((request, response) => {
    says.asked++;
    const result = request.url?.startsWith('/v2/snaps') ? says.snaps : says.changes;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ type: 'sync', 'status-code': 200, status: 'OK', result }));
  });
  const socket = machine.at('run/snapd.socket');
  await mkdir(dirname(socket), { recursive: true });
  await new Promise<void>((resolve) => void server.listen(socket, resolve));
  t.after(() => void server.close());
  /** As when snapd has done something. */
  const wrote = (at: number) => utimes(machine.at('var/lib/snapd/state.json'), at / 1e3, at / 1e3);
  return { says, wrote, ...looking(snapsSource(machine), new FakeClock(NOW)) };
}

const revision = (revision: string, version: string, base: string, date: string, status = 'active') => ({
  name: 'docker',
  version,
  revision,
  base,
  status,
  'install-date': date,
});
const DID = {
  id: '77',
  kind: 'auto-refresh',
  summary: 'Auto-refresh snap "docker"',
  status: 'Done',
  ready: true,
  'ready-time': '2026-11-21T03:12:09Z',
  data: { 'snap-names': ['docker'] },
};

test('an unattended refresh is told with its time, both revisions and the base that it moved to', async (t) => {
  const { says, look, wrote } = await snapd(t);
  says.snaps = [revision('2915', '27.2.0', 'core18', '2026-01-01T00:00:00Z')];
  assert.deepEqual(await look(), [], 'installed before the backlog');
  const old = revision('2915', '27.2.0', 'core18', '2026-01-01T00:00:00Z', 'installed');
  says.snaps = [old, revision('2932', '28.1.1', 'core22', '2026-11-21T03:12:04Z')];
  says.changes = [DID, { ...DID, status: 'Error', 'ready-time': '2026-11-21T03:12:05Z', summary: 'another' }];
  await wrote(NOW);
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

test('a refresh from before the first start is in the backlog, as far as snapd keeps the revision before', async (t) => {
  const { says, look } = await snapd(t);
  says.snaps = [
    revision('2932', '28.1.1', 'core22', '2026-11-21T03:12:04Z'),
    revision('2800', '26.0.0', 'core18', '2025-06-01T00:00:00Z', 'installed'),
    revision('2915', '27.2.0', 'core18', '2026-01-01T00:00:00Z', 'installed'),
  ];
  const [told, ...others] = await look();
  assert.deepEqual(others, []);
  assert.deepEqual([told?.from, told?.to], ['27.2.0 (revision 2915)', '28.1.1 (revision 2932)']);
});

test('a snap that was removed is told; snapd, which sleeps, is woken only when its state was written', async (t) => {
  const { says, look, wrote } = await snapd(t);
  says.snaps = [revision('2915', '27.2.0', 'core18', '2026-01-01T00:00:00Z')];
  await look();
  const { asked } = says;
  for (let round = 0; round < 5; round++) await look();
  assert.equal(says.asked, asked);
  says.snaps = [];
  says.changes = [{ ...DID, kind: 'remove-snap', summary: 'Remove "docker" snap' }];
  await wrote(NOW);
  assert.deepEqual(await look(), [
    {
      at: Date.UTC(2026, 10, 21, 3, 12, 9),
      kind: 'snap',
      what: 'docker',
      from: '27.2.0 (revision 2915)',
      detail: 'Remove "docker" snap',
    },
  ]);
});

test('what is not snapd at its socket is said, and tells nothing', async (t) => {
  const { says, look } = await snapd(t);
  says.snaps = 'no list' as unknown as object[];
  await assert.rejects(look(), /snapd answers something else than a list/);
});
