import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const ROUNDS = 2_000;
const HOST = new URL('../../exporters/host/', import.meta.url).href;

/** Runs in a process of its own, which can be made to collect its garbage: rounds at 15 s of a clock that is moved, hours in seconds. */
const SCRIPT = `
  import { readdirSync } from 'node:fs';
  const { openExporter: openHost } = await import('${HOST}host.ts');
  const { IGNORED_DISKS } = await import('${HOST}settings.ts');
  let at = 0;
  const clock = { now: () => Date.now(), monotonic: () => at, steady: () => at, after: () => () => {} };
  const settings = { proc: '/proc', sys: '/sys', root: '/', without: [], ignore: { disks: IGNORED_DISKS } };
  const troubles = [];
  const context = { clock, folder: '/', changed: async () => {}, soon() {}, onTrouble: (one) => troubles.push(one) };
  const exporter = await openHost(settings, context);
  const rounds = async (count) => {
    for (let round = 0; round < count; round++) {
      await exporter.collect(AbortSignal.timeout(60_000));
      at += 15_000;
    }
    gc();
    // Files are closed by the threads that read them, so the last of them a moment later.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return { heap: process.memoryUsage().heapUsed, files: readdirSync('/proc/self/fd').length };
  };
  const early = await rounds(${ROUNDS / 4});
  const late = await rounds(${ROUNDS});
  await exporter.stop();
  process.stdout.write(JSON.stringify({ early, late, troubles }));`;

test('over 2,000 rounds memory and open files stay as they are', () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', SCRIPT],
    { encoding: 'utf8', timeout: 300_000 },
  );
  assert.equal(status, 0, stderr);
  const { early, late, troubles } = JSON.parse(stdout);
  assert.ok(late.heap - early.heap < 1_000_000, `the heap grew from ${early.heap} to ${late.heap} bytes`);
  assert.ok(late.files <= early.files + 2, `${early.files} files were open, then ${late.files}`);
  assert.deepEqual(troubles, []);
});
