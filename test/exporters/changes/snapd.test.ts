import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapsSource } from '../../../exporters/changes/snaps/snaps.ts';
import { changeInWords } from '../../../model/change-words.ts';
import { looking } from './machine.ts';
import { snapdMachine } from './snapd-machine.ts';

test('a real snapd: installed, refreshed, reverted, disabled, removed and failed, each told once and with its time', async (t) => {
  await using machine = await snapdMachine(t);
  if (machine === undefined) return;
  const { look, troubles } = looking(snapsSource({ root: machine.root, path: '' }), { now: Date.now });
  /** Has snapd do something, and gives what is told of it. */
  const after = async (...args: readonly string[]) => {
    const began = Date.now();
    machine.snap(...args);
    const changes = await look();
    for (const { at } of changes) assert.ok(at > began - 1_000 && at <= Date.now(), `${args[0]}: ${new Date(at)}`);
    return changes.map((change) => `${change.what} ${changeInWords(change)}: ${change.detail?.split('\n')[0]}`);
  };
  // Needs no other snap, as an application would.
  const install = async (version: string) => {
    const path = await machine.make({ name: 'tiny', version, type: 'base' });
    return after('install', '--dangerous', path);
  };
  assert.deepEqual(await look(), []);
  assert.deepEqual(await install('1'), ['tiny new: 1 (revision x1): Install "tiny" snap from file "/tmp/tiny-1.snap"']);
  assert.deepEqual(await install('2'), [
    'tiny 1 (revision x1) → 2 (revision x2): Install "tiny" snap from file "/tmp/tiny-2.snap"',
  ]);
  assert.deepEqual(await after('revert', 'tiny'), ['tiny 2 (revision x2) → 1 (revision x1): Revert "tiny" snap']);
  assert.deepEqual(await after('disable', 'tiny'), ['tiny 1 (revision x1) → disabled: Disable "tiny" snap']);
  assert.deepEqual(await after('enable', 'tiny'), ['tiny disabled → 1 (revision x1): Enable "tiny" snap']);
  const failure = 'failed: Install "other" snap from file "/tmp/other-1.snap"';
  const other = await machine.make({ name: 'other', version: '1', base: 'not-there' });
  assert.deepEqual(await after('install', '--dangerous', other), [`other ${failure}: ${failure}`]);
  assert.deepEqual(await after('remove', 'tiny'), ['tiny gone, was 1 (revision x1): Remove "tiny" snap']);
  assert.deepEqual(troubles, []);
});
