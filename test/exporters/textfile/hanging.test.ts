import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClock } from '../../../collector/clock.ts';
import { openExporter as openTextfile } from '../../../exporters/textfile/textfile.ts';
import { SECOND } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { until } from '../../integration/until.ts';
import { makeWorld as makeMounts } from '../mounts/world.ts';
import { makeWorld } from './world.ts';

/** The shells that this process started and that are still there. */
function children(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return parent === String(process.pid) && state !== 'Z' && stat.includes(' (sh) ');
    } catch {
      return false;
    }
  });
}

test('a file system that hangs holds up neither the other folders nor the box, and is asked once', async (t) => {
  const mounts = await makeMounts(t);
  if (mounts === undefined) return;
  const point = await mounts.fuse('dead');
  const good = await mkdtemp(join(tmpdir(), 'signalbox-textfile-good-'));
  t.after(() => rm(good, { recursive: true, force: true }));
  await writeFile(join(good, 'a.prom'), 'trains 1\n');
  const dead = `${mounts.root}${point}/sub`;
  const { collect, value, troubles } = await makeWorld(t, { folders: [dead, good] }, createClock());
  await collect();
  assert.deepEqual([value('trains'), value('node_textfile_scrape_error'), troubles], [1, 0, []]);
  assert.equal(children().length, 2, 'one shell a folder');

  await mounts.setMood(point, 'hang');
  const began = performance.now();
  await collect();
  assert.ok(performance.now() - began < 9 * SECOND);
  assert.equal(value('trains'), 1);
  assert.equal(value('node_textfile_scrape_error'), 1);
  for (let round = 0; round < 10; round++) {
    await collect();
    assert.equal(value('trains'), 1);
  }
  assert.ok((await mounts.waiting(point)) <= 1, 'nobody else asks');
  assert.deepEqual(troubles, [`${dead}: it did not answer within 5 s`]);

  await mounts.setMood(point, 'answer');
  while (value('node_textfile_scrape_error') !== 0) {
    await sleep(20);
    await collect();
  }
  assert.equal(troubles.at(-1), `${dead} can be read again`);
  assert.equal(children().length, 2);
});

test('a deadline ends what is under way, and stopping leaves no process', async (t) => {
  const mounts = await makeMounts(t);
  if (mounts === undefined) return;
  const point = await mounts.fuse('dead');
  await mounts.setMood(point, 'hang');
  const exporter = await openTextfile(
    { folders: [`${mounts.root}${point}/sub`], retype: {}, dropLabels: {} },
    { clock: new FakeClock(), folder: '/', changed: async () => {}, soon: () => {}, onTrouble: () => {} },
  );
  await exporter.collect(AbortSignal.timeout(300)).then(
    () => {},
    () => {},
  );
  await exporter.stop();
  await until(() => children().length === 0);
});
