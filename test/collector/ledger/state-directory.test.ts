import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  claimStateDirectory,
  StateDirectoryTaken,
  StateDirectoryUnusable,
} from '../../../collector/ledger/state-directory.ts';

const MODULE = new URL('../../../collector/ledger/state-directory.ts', import.meta.url).href;

async function folderFor(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-state-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Another process that claims the folder, says what came of it, and waits. */
function claimElsewhere(test: TestContext, folder: string, identity: { uid?: number } = {}) {
  const script = `import { claimStateDirectory } from ${JSON.stringify(MODULE)};
    try { claimStateDirectory(${JSON.stringify(folder)}); console.log('claimed'); setInterval(() => {}, 1e6); }
    catch (error) { console.log(error.code + ': ' + error.message); }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...identity,
  });
  test.after(() => child.kill('SIGKILL'));
  return child;
}

async function firstLine(child: ReturnType<typeof claimElsewhere>): Promise<string> {
  const [chunk] = await once(child.stdout, 'data');
  return String(chunk).trim();
}

test('the folder is made for this user alone', async (t) => {
  const folder = join(await folderFor(t), 'deep', 'data');
  using claimed = claimStateDirectory(folder);
  assert.equal(claimed.path, folder);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
});

test('a second signalbox is told which process has the folder', async (t) => {
  const folder = await folderFor(t);
  using _first = claimStateDirectory(folder);
  assert.equal(
    await firstLine(claimElsewhere(t, folder)),
    `state-directory-taken: ${folder} is used by another signalbox (process ${process.pid})`,
  );
});

test('the same process cannot claim it twice, and can again once it gave it up', async (t) => {
  const folder = await folderFor(t);
  const first = claimStateDirectory(folder);
  assert.throws(() => claimStateDirectory(folder), StateDirectoryTaken);
  first.release();
  claimStateDirectory(folder).release();
});

test('after a SIGKILL the folder is free at once', async (t) => {
  const folder = await folderFor(t);
  const other = claimElsewhere(t, folder);
  assert.equal(await firstLine(other), 'claimed');
  assert.throws(() => claimStateDirectory(folder), { message: new RegExp(`\\(process ${other.pid}\\)`) });
  other.kill('SIGKILL');
  await once(other, 'exit');
  claimStateDirectory(folder).release();
});

test('a file in the place of the folder is said', async (t) => {
  const path = join(await folderFor(t), 'data');
  await writeFile(path, '');
  assert.throws(() => claimStateDirectory(path), {
    name: 'StateDirectoryUnusable',
    message: /data cannot be used: it is a file, not a folder/,
  });
  assert.throws(() => claimStateDirectory(join(path, 'x')), StateDirectoryUnusable);
});

test("somebody else's folder, and one that may not be written, are refused", {
  skip: process.getuid?.() === 0 ? false : 'needs root, to run as another user',
}, async (t) => {
  const folder = await folderFor(t);
  await chmod(folder, 0o777);
  const { chown } = await import('node:fs/promises');
  await chown(folder, 1234, 1234);
  assert.match(
    await firstLine(claimElsewhere(t, folder, { uid: 65534 })),
    /belongs to user 1234, and this is user 65534/,
  );
  await chown(folder, 0, 0);
  await chmod(folder, 0o755);
  assert.match(await firstLine(claimElsewhere(t, folder, { uid: 65534 })), /this user may not write there/);
});

test('a folder that others could enter is closed to them, unless it is not this box’s alone', async (t) => {
  const folder = await folderFor(t);
  const said: string[] = [];
  const claim = () => claimStateDirectory(folder, (message) => said.push(message)).release();
  const mode = async () => (await stat(folder)).mode & 0o777;
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'notes.txt'), 'of somebody else');
  claim();
  assert.equal(await mode(), 0o755);
  assert.match(said.splice(0).join(), /was open to other users \(mode 0755\), and holds what is not of this box/);
  await rm(join(folder, 'notes.txt'));
  claim();
  assert.equal(await mode(), 0o700);
  assert.match(said.splice(0).join(), /it is closed to them now/);
  claim();
  assert.deepEqual(said, []);
});
