import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTally } from '../../../exporters/changes/tally.ts';
import { DAY, HOUR } from '../../../model/time.ts';

const NOW = Date.UTC(2026, 10, 21, 16);

test('the instant of the last change is not one that a clock ahead had dated', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-tally-'));
  t.after(() => rm(folder, { recursive: true }));
  const last = async (at: number, now: number) => {
    const tally = await openTally(folder, ['package']);
    await tally.count([{ at, kind: 'package', what: 'curl', to: '8.1' }], false, now);
    return tally.samples().at(-1)?.value;
  };
  assert.equal(await last(NOW + 3650 * DAY, NOW + 3650 * DAY), (NOW + 3650 * DAY) / 1e3);
  assert.equal(await last(NOW, NOW), NOW / 1e3);
  assert.equal(await last(NOW - HOUR, NOW), NOW / 1e3, 'one that is learned late is not the last');
});
