import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ProgramFailed, type ProgramFault, runProgram } from '../../programs/run-program.ts';
import { until } from '../integration/until.ts';

const shell = (script: string) => ['sh', '-c', script];

async function fails(run: Promise<string>, fault: ProgramFault, words: RegExp): Promise<ProgramFailed> {
  const error = await run.then(
    () => assert.fail('it ended well'),
    (failed: unknown) => failed,
  );
  assert.ok(error instanceof ProgramFailed, String(error));
  assert.match(error.message, words);
  assert.equal(error.fault, fault);
  return error;
}

/** The processes whose command line holds this. */
function running(words: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(words);
    } catch {
      return false;
    }
  });
}

test('what a program prints is given whole, and it reads what it is given', async () => {
  assert.equal(await runProgram(shell('printf "größer\\n"; echo aside >&2')), 'größer\n');
  assert.equal(await runProgram(['cat'], { input: 'a\nb' }), 'a\nb');
  assert.equal(await runProgram(['cat']), '');
  assert.equal(await runProgram(['true'], { input: 'x'.repeat(1 << 20) }), '', 'one that reads none of it');
  assert.equal((await runProgram(shell('head -c 5000000 /dev/zero'))).length, 5_000_000);
});

test('it speaks English and UTC, finds the programs of administrators, gets no secret of ours and no shell', async () => {
  process.env.SIGNALBOX_TEST_SECRET = 'hunter2';
  const { PATH = '' } = process.env;
  try {
    const env = (await runProgram(['env'], { env: { EXTRA: '1', LC_ALL: 'de_DE' } })).trim().split('\n').sort();
    const path = `PATH=${PATH}:/usr/sbin:/usr/bin:/sbin:/bin`;
    assert.deepEqual(env, ['EXTRA=1', 'LC_ALL=C', path, 'TZ=UTC'].sort());
    delete process.env.PATH;
    assert.equal(await runProgram(['printenv', 'PATH']), '/usr/sbin:/usr/bin:/sbin:/bin\n');
  } finally {
    process.env.PATH = PATH;
    delete process.env.SIGNALBOX_TEST_SECRET;
  }
  assert.equal(await runProgram(['echo', '$(id)', '; id']), '$(id) ; id\n');
});

test('one that is missing, may not be run, fails, is killed or floods is said in words', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-program-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'plain'), 'text');
  await fails(runProgram(['no-such-program', '-v']), 'absent', /^no-such-program is not installed$/);
  await fails(runProgram([join(folder, 'plain')]), 'not started', /\/plain cannot be started: spawn .*EACCES$/);
  const half = await fails(
    runProgram(shell('echo half; echo "not  allowed\n\u001b[31mhere" >&2; exit 3')),
    'failed',
    /^sh -c echo half.* ended with exit code 3: not allowed here$/,
  );
  assert.deepEqual([half.output, half.complaint], ['half\n', 'not allowed here']);
  await fails(runProgram(['false']), 'failed', /^false ended with exit code 1$/);
  await fails(runProgram(shell('kill -TERM $$')), 'failed', /ended with SIGTERM$/);
  await fails(
    runProgram(['cat', '/dev/zero'], { mostBytes: 1e6 }),
    'too long',
    /^cat \/dev\/zero printed more than 1000000 bytes$/,
  );
  const wordy = await fails(runProgram(shell('head -c 1000000 /dev/zero | tr "\\0" x >&2; exit 1')), 'failed', /x…$/);
  assert.ok(wordy.message.length < 500);
  assert.ok((await fails(runProgram(['ls', 'x'.repeat(3_000)]), 'failed', /^ls x+… ended/)).message.length < 500);
});

test('one that takes too long is killed at the deadline or at the signal, and what holds its output keeps nobody', async () => {
  const sleep = `sleep 61.${process.pid}`;
  await fails(runProgram(sleep.split(' '), { longestMs: 50 }), 'late', /^sleep 61\S+ did not end within 50 ms$/);
  const calledOff = AbortSignal.timeout(50);
  await fails(runProgram(sleep.split(' '), { signal: calledOff }), 'late', /^sleep 61\S+ did not end in time$/);
  await until(() => running(sleep).length === 0);
  await fails(runProgram(sleep.split(' '), { signal: calledOff }), 'late', /^sleep 61\S+ was called off$/);
  assert.deepEqual(running(sleep), [], 'what is called off before is not begun');
  const left = `sleep 62.${process.pid}`;
  const ending = new AbortController();
  const ran = runProgram(shell(`${left} & wait`), { signal: ending.signal });
  await until(() => running(left).some((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n'));
  ending.abort();
  await fails(ran, 'late', /did not end in time$/);
  const leftBehind = running(left);
  assert.ok(leftBehind.length > 0, 'it does not wait for what the program had started');
  for (const pid of leftBehind) process.kill(Number(pid), 'SIGKILL');
});

test('it runs in the folder, and finds programs in those, that it is given', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-run-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'greet'), '#!/bin/sh\necho "hello from $(pwd)"\n', { mode: 0o755 });
  const path = `${folder}:${process.env.PATH}`;
  assert.equal(await runProgram(['greet'], { path, cwd: folder }), `hello from ${folder}\n`);
  await fails(runProgram(['greet'], { cwd: folder }), 'absent', /^greet is not installed$/);
});
