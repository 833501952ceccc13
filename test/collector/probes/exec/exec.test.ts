import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClock } from '../../../../collector/clock.ts';
import type { ExecSpec } from '../../../../collector/probes/exec/exec.ts';
import { probe as probeExec } from '../../../../collector/probes/exec/probe.ts';
import { settings } from '../../../../collector/probes/exec/spec.ts';
import { Secret } from '../../../../model/secret.ts';
import { type Told, told } from '../../../told.ts';
import { untilGone } from '../../vantage/processes.ts';

async function run(spec: ExecSpec, timeoutMs = 10_000): Promise<Told> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  try {
    const context = {
      monitor: 'check',
      signal: deadline.signal,
      timeoutMs,
      clock: createClock(),
      resolve: () => Promise.reject(new Error('not asked for')),
      pulses: () => ({}),
    };
    return told(await probeExec(spec, context));
  } finally {
    clearTimeout(timer);
  }
}

const sh = (script: string, timeoutMs?: number) => run({ command: ['sh', '-c', script] }, timeoutMs);

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-exec-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

test('exit 0 is up, 1 degraded, anything else down', async () => {
  const good = await sh('echo all good');
  assert.deepEqual([good.verdict, good.reason, good.public, good.evidence], ['up', 'all good', '', undefined]);
  assert.equal((await sh('echo nearly full; exit 1')).verdict, 'degraded');
  const finding = await sh('echo full; echo details; exit 2');
  assert.equal(finding.verdict, 'down');
  assert.equal(finding.reason, 'full');
  assert.equal(finding.evidence?.ended, 'exit code 2');
  assert.equal(finding.evidence?.stdout, 'full\ndetails');
  assert.equal((await sh('exit 127')).verdict, 'down');
});

test('the reason is the first line it said, else what it complained of, else its exit code', async () => {
  assert.equal((await sh('echo; echo "  second line"; exit 2')).reason, 'second line');
  assert.equal((await sh('echo complaint >&2; exit 2')).reason, 'complaint');
  assert.equal((await sh('exit 3')).reason, 'sh: exit code 3');
  assert.equal((await sh(`printf 'a\\033[31mb\\007\\n'; exit 2`)).reason, 'ab');
  assert.ok((await sh('head -c 5000 /dev/zero | tr "\\0" x')).reason.length <= 200);
});

test('a program killed by a signal is down and says which', async () => {
  const finding = await sh('echo doing fine; kill -SEGV $$');
  assert.equal(finding.verdict, 'down');
  assert.equal(finding.reason, 'sh killed by SIGSEGV');
});

test('nothing of an argument is read by a shell', async () => {
  assert.equal((await run({ command: ['echo', '$HOME;`id`', '*', '| cat'] })).reason, '$HOME;`id` * | cat');
});

test('a program that cannot be started is unknown and says why', async (t) => {
  const file = join(await folder(t), 'script');
  await writeFile(file, '#!/bin/sh\n', { mode: 0o644 });
  const missing = await run({ command: ['/nowhere/check'] });
  assert.deepEqual([missing.verdict, missing.reason], ['unknown', 'cannot start /nowhere/check: it was not found']);
  const locked = await run({ command: [file] });
  assert.deepEqual([locked.verdict, locked.reason], ['unknown', `cannot start ${file}: there is no right to run it`]);
  const lost = await run({ command: ['true'], cwd: '/nowhere' });
  assert.match(lost.reason, /^cannot start true: .*folder \/nowhere/);
});

test('it is given its own environment and nothing secret of ours', async (t) => {
  process.env.SIGNALBOX_CANARY = 'canary';
  t.after(() => delete process.env.SIGNALBOX_CANARY);
  const { evidence } = await run({
    command: ['sh', '-c', 'env; pwd; exit 2'],
    env: { TOKEN: new Secret('for it'), PLAIN: 'text' },
  });
  const said = String(evidence?.stdout);
  assert.match(said, /^TOKEN=\[hidden\]$/m);
  assert.match(said, /^PLAIN=text$/m);
  assert.match(said, /^PATH=/m);
  assert.match(said, /^\/$/m);
  assert.doesNotMatch(said, /canary/);
});

test('output without end is kept in 10 kB: its beginning and its end', async () => {
  const before = process.memoryUsage.rss();
  const finding = await sh('echo the beginning; head -c 100000000 /dev/zero | tr "\\0" "x"; echo the end; exit 2');
  const kept = String(finding.evidence?.stdout);
  assert.equal(finding.reason, 'the beginning');
  assert.ok(kept.startsWith('the beginning\nxxx'));
  assert.ok(kept.endsWith('xxxthe end'));
  assert.match(kept, /… \d+ bytes left out …/);
  assert.ok(kept.length < 10_100);
  assert.ok(process.memoryUsage.rss() - before < 150e6);
});

test('at the deadline the program and all it started are stopped', async (t) => {
  const file = join(await folder(t), 'pids');
  const began = performance.now();
  const finding = await sh(`sleep 600 & echo $! > ${file}; echo $$ >> ${file}; sleep 600`, 3_000);
  assert.equal(finding.verdict, 'down');
  assert.equal(finding.reason, 'sh did not end within 3 s and was stopped');
  assert.ok(performance.now() - began < 10_000);
  const pids = readFileSync(file, 'utf8').trim().split('\n').map(Number);
  assert.equal(pids.length, 2);
  for (const pid of pids) await untilGone(pid);
});

test('a program that will not be told is killed', async () => {
  const finding = await sh('trap "" TERM; echo stubborn; while :; do sleep 600; done', 3_000);
  assert.equal(finding.verdict, 'down');
  assert.match(finding.reason, /did not end within 3 s/);
  assert.equal(finding.evidence?.stdout, 'stubborn');
});

test('what a program leaves behind does not hold up the finding, and is ended', async (t) => {
  const file = join(await folder(t), 'pid');
  const finding = await sh(`sleep 600 & echo $! > ${file}; echo done`);
  assert.deepEqual([finding.verdict, finding.reason], ['up', 'done']);
  await untilGone(Number(readFileSync(file, 'utf8')));
});

test('a command is a list, its words are as they stand', () => {
  const wrong = (given: unknown) => settings.schema.safeParse(given).error?.issues.map((issue) => issue.message) ?? [];
  assert.deepEqual(wrong({ command: ['check_disk', '-w', '10%'] }), []);
  assert.match(wrong({ command: 'check_disk -w 10%' })[0] ?? '', /^a list of the program and its arguments/);
  assert.match(wrong({ command: [] })[0] ?? '', /^a list of the program and its arguments/);
  assert.match(wrong({ command: [''] })[0] ?? '', /^the name or path of a program first/);
  assert.match(wrong({ command: ['a', 'b\0c'] })[0] ?? '', /without a NUL byte/);
  assert.match(wrong({ command: ['a'], cwd: 'relative' })[0] ?? '', /an absolute path/);
  assert.match(wrong({ command: ['a'], env: { 'A-B': 'x' } })[0] ?? '', /\S/);
  assert.match(settings.lint({ command: ['./check.sh'] })[0]?.message ?? '', /^an absolute path, or a name/);
  assert.deepEqual(settings.lint({ command: ['./check.sh'], cwd: '/opt' }), []);
});

test('a secret that is printed is hidden, also where the middle of a long output is left out', async () => {
  const token = 'semaphore-arm-35';
  for (const count of [1, 300, 901]) {
    const script = `i=0; while [ $i -lt ${count} ]; do printf "%s." "$TOKEN"; i=$((i+1)); done; echo; exit 1`;
    const spec: ExecSpec = { command: ['sh', '-c', script], env: { TOKEN: new Secret(token) } };
    const { reason, evidence } = await run(spec);
    const shown = `${reason} ${JSON.stringify(evidence)}`;
    for (const part of [token.slice(0, 6), token.slice(-6)]) assert.ok(!shown.includes(part), shown);
    assert.match(shown, /\[hidden\]/);
  }
});
