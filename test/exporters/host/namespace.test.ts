import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Sample } from '../../../model/sample.ts';
import { requireProgram } from '../../require-program.ts';
import { openWorld, settingsFor, valuesOf } from './world.ts';

/** Set in the process that runs this file again, in a network of its own with a /sys of its own. */
const INSIDE = 'SIGNALBOX_TEST_NAMESPACE';

const ip = (...words: string[]) => execFileSync('ip', words);
const infoOf = (samples: readonly Sample[], device: string) =>
  Object.keys(valuesOf(samples, 'node_network_info')).find((labels) => labels.startsWith(`device=${device} `));

if (process.env[INSIDE] === undefined) {
  test('in a network of its own', (t) => {
    if (process.getuid?.() !== 0) return t.skip('needs root, for a network of its own');
    if (requireProgram('ip', t) === undefined) return;
    const command = 'mount -t sysfs sysfs /sys && exec "$0" --test-reporter=tap "$1"';
    const { stdout, stderr, status } = spawnSync(
      'unshare',
      ['--net', '--mount', 'sh', '-c', command, process.execPath, fileURLToPath(import.meta.url)],
      { encoding: 'utf8', env: { ...process.env, [INSIDE]: '1', NODE_TEST_CONTEXT: '' }, timeout: 200_000 },
    );
    assert.equal(status, 0, `${stdout}${stderr}`);
    assert.match(stdout, /^# pass 2$/m, stdout);
  });
} else {
  test('a network device that comes anew under its name is another one at once', async (t) => {
    const { collect } = await openWorld(t, settingsFor(undefined));
    const add = (address: string) => ip('link', 'add', 'anew', 'address', address, 'type', 'veth', 'peer', 'other');
    add('02:00:00:00:00:01');
    ip('link', 'set', 'anew', 'up');
    for (let round = 0; round < 3; round++)
      assert.match(infoOf(await collect(), 'anew') ?? '', /address=02:00:00:00:00:01 .*adminstate=up/);
    ip('link', 'del', 'anew');
    assert.equal(infoOf(await collect(), 'anew'), undefined);
    add('02:00:00:00:00:02');
    assert.match(infoOf(await collect(), 'anew') ?? '', /address=02:00:00:00:00:02 .*adminstate=down/);
  });

  test('a link that is cut is seen at once', async (t) => {
    const { collect } = await openWorld(t, settingsFor(undefined));
    ip('link', 'add', 'here', 'type', 'veth', 'peer', 'there');
    ip('link', 'set', 'here', 'up');
    ip('link', 'set', 'there', 'up');
    const stands = async () => {
      const samples = await collect();
      const of = (name: string) => valuesOf(samples, name)['device=here'];
      return { up: of('node_network_up'), carrier: of('node_network_carrier'), speed: of('node_network_speed_bytes') };
    };
    assert.deepEqual(await stands(), { up: 1, carrier: 1, speed: 1_250_000_000 });
    ip('link', 'set', 'there', 'down');
    assert.deepEqual(await stands(), { up: 0, carrier: 0, speed: 1_250_000_000 });
    ip('link', 'set', 'here', 'down');
    assert.deepEqual(await stands(), { up: 0, carrier: undefined, speed: undefined });
  });
}
