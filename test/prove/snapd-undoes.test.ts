import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapsSource } from '../../exporters/changes/snaps/snaps.ts';
import type { Change } from '../../model/change.ts';
import { looking } from '../exporters/changes/machine.ts';
import { snapdMachine } from '../exporters/changes/snapd-machine.ts';
import { until } from '../integration/until.ts';

test('a snap that moves to another base, and a refresh that a real snapd undoes while it is looked at', async (t) => {
  await using machine = await snapdMachine(t);
  if (machine === undefined) return;
  const { look, troubles } = looking(snapsSource({ root: machine.root, path: '' }), { now: Date.now });
  const install = (...args: readonly string[]) => machine.snap('install', '--dangerous', ...args);
  const hello = (version: string, base: string, fails = false) => machine.make({ name: 'hello', version, base, fails });
  // An application needs one of its systems, whose coming has snapd begin anew.
  install(await machine.make({ name: 'core', version: '16', type: 'os' }));
  for (const base of ['core18', 'core22']) install(await machine.make({ name: base, version: '1', type: 'base' }));
  install(await hello('1', 'core18'));
  assert.deepEqual((await look()).map(({ what }) => what).toSorted(), ['core', 'core18', 'core22', 'hello']);

  install(await hello('2', 'core22'));
  const [moved, ...others] = await look();
  assert.deepEqual(others, []);
  assert.equal(moved?.detail, 'base core18 → core22\nInstall "hello" snap from file "/tmp/hello-2.snap"');

  const told: Change[] = [];
  let looks = 0;
  install('--no-wait', await hello('3', 'core22', true));
  await until(
    async () => {
      looks++;
      told.push(...(await look()));
      return told.length > 0;
    },
    60_000,
    'snapd has undone it',
  );
  assert.ok(looks > 1, 'it was looked at while it went on');
  assert.match(machine.snap('list', 'hello'), /^hello +2 +x2 /m);
  assert.deepEqual(
    [...told, ...(await look())].map(({ what, from, to }) => [what, from, to]),
    [['hello', undefined, undefined]],
  );
  assert.match(told[0]?.detail ?? '', /^failed: Install "hello" snap from file .*\n- Run configure hook of "hello"/);
  assert.deepEqual(troubles, []);
});
