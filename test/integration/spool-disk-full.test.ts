import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SinkRefused } from '../../model/sample.ts';
import { requireProgram } from '../require-program.ts';
import { batch, identity, storageLine } from './storage-line.ts';
import { until } from './until.ts';
import { victoriaMetricsProcess } from './victoriametrics-process.ts';

test('the disk is full: pushes are refused, own samples wait, and it goes on by itself when there is room', async (t) => {
  const program = requireProgram('victoria-metrics', t);
  if (program === undefined) return;
  if (process.getuid?.() !== 0) return t.skip('needs root to mount a small tmpfs');
  await using vm = await victoriaMetricsProcess(program);
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
  try {
    await using line = await storageLine({ write: vm.url, read: vm.url }, { folder });
    const { spool, clock, said } = line;
    const keep = (name: string, i: number) =>
      spool.keep(batch(name, 500, clock.now(), { i: `${i}` }), identity, clock.now());
    await keep('kept', 0);
    await fillUp(join(folder, 'other'));
    let kept = 1;
    let refused = 0;
    while (refused < 3)
      await keep('kept', kept).then(
        () => kept++,
        (error: unknown) => {
          assert.ok(error instanceof SinkRefused);
          assert.match(error.message, /ENOSPC/);
          refused++;
        },
      );
    spool.offer(batch('offered', 2000, clock.now()), identity, clock.now());
    assert.match(
      said.join(),
      /the spool can't be written \(ENOSPC.*\): pushes are refused, own samples wait in memory/,
    );
    await unlink(join(folder, 'other'));
    await until(async () => (await vm.count('offered')) === 2000);
    assert.equal(await vm.count('kept'), kept * 500);
    await keep('afterwards', 0);
    assert.match(said.join(), /the spool can be written again/);
    assert.equal(line.metric('signalbox_spool_dropped_samples_total'), 0);
    await line.shipper.stop();
    await line.spool.close();
  } finally {
    execFileSync('umount', [folder]);
    await rm(folder, { recursive: true, force: true });
  }
});

/** Writes until the file system has no room for another block. */
async function fillUp(path: string): Promise<void> {
  for (let bytes = 1 << 18; bytes > 0; bytes -= 4096)
    try {
      return await writeFile(path, Buffer.alloc(bytes, 1));
    } catch {}
}
