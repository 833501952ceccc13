import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type KeptShell, quoted, startShell } from '../../programs/kept-shell.ts';
import { untilGone } from '../collector/vantage/processes.ts';
import { until } from '../integration/until.ts';

function shellFor(t: TestContext, script = ''): KeptShell {
  const shell = startShell(script);
  t.after(async () => {
    shell.kill();
    await shell.gone;
  });
  return shell;
}

async function said(shell: KeptShell, command: string): Promise<{ code: number; text: string }> {
  const pieces: Buffer[] = [];
  const code = await shell.run(command, (piece) => pieces.push(piece));
  return { code, text: Buffer.concat(pieces).toString('latin1') };
}

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-shell-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('one process runs command after command, each with its exit code and all that it says', async (t) => {
  const shell = shellFor(t, 'greet() { echo "hello $1"; }\n');
  const first = await said(shell, 'greet you; echo $$');
  assert.equal(first.code, 0);
  assert.deepEqual(await said(shell, 'echo $$'), { code: 0, text: first.text.replace('hello you\n', '') });
  assert.deepEqual(await said(shell, '(echo out; echo aside >&2; exit 7)'), { code: 7, text: 'out\naside\n' });
  assert.deepEqual(await said(shell, 'cat'), { code: 0, text: '' }, 'it has nothing to read');
  assert.deepEqual(await said(shell, 'true'), { code: 0, text: '' });
  const weird = `it's $(id) \`id\` \n \\ * \xff`;
  assert.equal((await said(shell, `printf %s ${quoted(weird)}`)).text, weird);
});

test('what is said is given byte by byte, whatever it is and however it is cut', async (t) => {
  const shell = shellFor(t);
  const file = join(await folderFor(t), 'bytes');
  const all = Buffer.from(Array.from({ length: 256 * 4_000 }, (_, at) => (at * 7) % 256));
  for (const content of [
    all,
    Buffer.from('\x04'),
    Buffer.from(`\x04${'0'.repeat(32)} 0\n`),
    Buffer.from('a\n\x04\n'),
  ]) {
    await writeFile(file, content);
    assert.equal((await said(shell, `cat ${quoted(file)}`)).text, content.toString('latin1'));
  }
  // A piece is 64 KB at most, and all of it has come when we look: the end then comes in two.
  for (const short of [1, 2, 20, 32, 33, 34, 35, 36]) {
    const saying = said(shell, `head -c ${65_536 - short} /dev/zero`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 40);
    assert.equal((await saying).text.length, 65_536 - short);
  }
  const slowly = "{ printf 'a\\004'; sleep 0.05; printf '\\004\\004b\\004'; sleep 0.05; }";
  assert.equal((await said(shell, slowly)).text, 'a\x04\x04\x04b\x04');
});

test('it is told while the command still runs, and that goes on once it may', async (t) => {
  const shell = shellFor(t);
  const go = join(await folderFor(t), 'go');
  let heard = '';
  const ran = shell.run(`{ echo first; while ! [ -e ${quoted(go)} ]; do sleep 0.02; done; echo second; }`, (piece) => {
    heard += piece;
  });
  await until(() => heard === 'first\n');
  await writeFile(go, '');
  assert.equal(await ran, 0);
  assert.equal(heard, 'first\nsecond\n');
});

test('one that is killed runs nothing more, and is gone with what it ran', async (t) => {
  const shell = shellFor(t);
  let child = '';
  const ran = shell.run("sh -c 'echo $$; exec sleep 60'", (piece) => {
    child += piece;
  });
  await until(() => child.endsWith('\n'));
  assert.equal(shell.over, false);
  shell.kill();
  assert.equal(shell.over, true);
  await assert.rejects(said(shell, 'true'), /^Error: the shell that asks file systems was ended$/);
  await assert.rejects(ran, /^Error: the shell that asks file systems ended \(SIGKILL\)$/);
  await shell.gone;
  await untilGone(Number(child));
  await assert.rejects(said(shell, 'true'), /ended \(SIGKILL\)$/);
});

test('one that ends by itself says so, and one that has nothing more to do ends', async (t) => {
  const one = shellFor(t);
  await assert.rejects(said(one, 'exit 3'), /^Error: the shell that asks file systems ended \(exit code 3\)$/);
  assert.equal(one.over, true);
  const other = shellFor(t);
  await said(other, 'true');
  other.end();
  await other.gone;
});
