import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { requireProgram } from '../../require-program.ts';
import { startNodeExporter } from './node-exporter.ts';
import { FIXTURES, openWorld, pageOf, settingsFor } from './world.ts';

/** What promtool says of a page, a line for each metric that it would have otherwise. */
function complaintsAbout(page: string, promtool: string): string[] {
  const { stdout, stderr, status } = spawnSync(promtool, ['check', 'metrics'], { input: page, encoding: 'utf8' });
  // 3 is what it ends with when it has something to say of a page that it could read.
  assert.ok(status === 0 || status === 3, `${status} ${stderr}`);
  return `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
}

test('promtool finds nothing on our page that it does not find on that of node_exporter', async (t) => {
  const promtool = requireProgram('promtool', t);
  const tree = `${FIXTURES}server`;
  const fetchPage = promtool && (await startNodeExporter(t, tree));
  if (!promtool || !fetchPage) return;
  const theirs = new Set(complaintsAbout(await fetchPage(), promtool));
  const { collect } = await openWorld(t, settingsFor(tree));
  const ours = complaintsAbout(await pageOf(await collect()), promtool);
  // A field of the kernel's or a driver's that nobody has described has no help text; 1.5 makes one up.
  const undescribed = /^node_(?:memory_NewField_of_2031_bytes|hwmon_pwm_auto_point1_pwm) no help text$/;
  // Newer versions have these as well, under these names.
  const newer = /^node_netstat_TcpExt_(?:TCPOFOQueue|TCPRcvQDrop) metric names should be written in 'snake_case'/;
  assert.deepEqual(
    ours.filter((line) => !theirs.has(line) && !undescribed.test(line) && !newer.test(line)),
    [],
  );
});
