import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { claimStateDirectory, StateDirectoryUnusable } from '../../../collector/ledger/state-directory.ts';
import { LedgerUnwritable } from '../../../collector/ledger/trouble.ts';
import { DAY, MINUTE, SECOND } from '../../../model/time.ts';
import { check, ledgerFor, START, stand, transition, viewOf } from './open-ledger.ts';

/** A file system of two megabytes, or undefined (and the test skipped) where it cannot be had. */
async function smallDisk(t: TestContext): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    await rmdir(folder);
    if (process.env.CI) throw error;
    t.skip('needs root, to mount a small tmpfs');
    return undefined;
  }
  t.after(async () => {
    execFileSync('umount', ['-l', folder]);
    await rmdir(folder);
  });
  return folder;
}

async function fill(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  await writeFile(join(folder, 'filler'), Buffer.alloc(Number(bavail) * Number(bsize)));
}

test('a full disk is said, nothing is corrupted, and with room again it goes on by itself', async (t) => {
  const folder = await smallDisk(t);
  if (folder === undefined) return;
  const { ledger, troubles, pass, close } = await ledgerFor(t, undefined, folder);
  t.after(close);
  let kept = 0;
  const keepOne = async () => {
    const evidence = { body: 'x'.repeat(8_000) };
    await ledger.transitions.keep(
      [transition(START + kept, 'up', 'down', { evidence })],
      [stand(START + kept, 'down', START + DAY)],
    );
    kept++;
  };
  await keepOne();
  await fill(folder);
  await assert.rejects(
    async () => {
      for (let i = 0; i < 1_000; i++) await keepOne();
    },
    (error) => {
      assert.ok(error instanceof LedgerUnwritable);
      assert.match(error.message, /no room left on the disk/);
      return true;
    },
  );
  let noted = 0;
  while (troubles.length === 0 && noted < 500_000) {
    for (let i = 0; i < 5_000; i++) ledger.note(check(START + noted++ * SECOND), SECOND);
    await pass(8 * SECOND);
  }
  await pass(MINUTE);
  assert.equal(troubles.length, 1, 'said once, not every few seconds');
  assert.match(troubles[0] ?? '', /cannot be written: there is no room left/);
  assert.match(ledger.problems().join(), /^the ledger cannot be written: there is no room left/);
  {
    using view = viewOf(folder);
    assert.equal(view.transitions.of('web', 0, START + DAY, 10_000).length, kept);
  }

  await rm(join(folder, 'filler'));
  await keepOne();
  await pass(20 * SECOND);
  assert.equal(troubles.at(-1), 'the ledger can be written again');
  assert.deepEqual(ledger.problems(), []);
  await close();
  const again = await ledgerFor(t, undefined, folder);
  using view = viewOf(folder);
  assert.equal(view.transitions.of('web', 0, START + DAY, 10_000).length, kept);
  assert.equal(view.checks.between('web', 0, START + 30 * DAY).length, noted);
  await again.close();
});

test('a full disk is said at the start', async (t) => {
  const folder = await smallDisk(t);
  if (folder === undefined) return;
  await fill(folder);
  assert.throws(
    () => claimStateDirectory(folder),
    (error) => {
      assert.ok(error instanceof StateDirectoryUnusable);
      assert.match(error.message, /no room left/);
      return true;
    },
  );
  await assert.rejects(ledgerFor(t, undefined, folder), { message: /ledger\.db cannot be used: .*no room|full/ });
});
