import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClock } from '../../../collector/clock.ts';
import { OWN_WORKER, startVantage, type VantageOptions } from '../../../collector/vantage/client.ts';
import { newKey, openSecrets, sealSecrets } from '../../../collector/vantage/sealing.ts';
import type { CheckRequest, Vantage } from '../../../collector/vantage/vantage.ts';
import { Secret } from '../../../model/secret.ts';
import { MINUTE, SECOND } from '../../../model/time.ts';
import { FakeClock } from '../../fake-clock.ts';
import { until } from '../../integration/until.ts';
import { type Told, told } from '../../told.ts';
import { linesOf, runs, untilGone } from './processes.ts';

function vantageFor(t: TestContext, options: Partial<VantageOptions> = {}): { vantage: Vantage; troubles: string[] } {
  const troubles: string[] = [];
  const onTrouble = (words: string) => void troubles.push(words);
  const vantage = startVantage({ name: 'local', clock: createClock(), onTrouble, ...options });
  t.after(() => vantage.stop());
  return { vantage, troubles };
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-vantage-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

async function ask(
  vantage: Vantage,
  script: string,
  more: Partial<CheckRequest> = {},
  signal?: AbortSignal,
): Promise<Told> {
  const spec = { command: ['sh', '-c', script] };
  const request = { monitor: 'check', kind: 'exec', spec, timeoutMs: 30_000, ...more };
  return told(await vantage.check(request, signal ?? new AbortController().signal));
}

/** A worker of the test's own: a script that stands in for a faulty one. */
const scripted = (source: string) => [process.execPath, '-e', source];

test('a check in the worker finds what it would here, secrets and all', async (t) => {
  const { vantage, troubles } = vantageFor(t);
  const steps: string[] = [];
  const finding = await ask(vantage, '', {
    spec: {
      command: ['sh', '-c', '[ "$IT" = "hidden well" ] && echo "it is $IT" && exit 1'],
      env: { IT: new Secret('hidden well') },
    },
    trace: (step, detail) => steps.push(`${step}: ${detail}`),
  });
  assert.equal(finding.verdict, 'degraded');
  assert.equal(finding.reason, 'it is [hidden]');
  assert.deepEqual(steps.slice(-2), ['ended: exit code 1', 'stdout: it is [hidden]']);
  assert.deepEqual(troubles, []);
});

test('a hundred checks at once each get their own answer', async (t) => {
  const { vantage } = vantageFor(t);
  const findings = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(vantage, `echo number ${index}`)));
  assert.deepEqual(
    findings.map((one) => one.reason),
    findings.map((_, index) => `number ${index}`),
  );
});

test('a box without such a check has no worker', async (t) => {
  const mark = join(await folder(t), 'started');
  const { vantage } = vantageFor(t, { command: ['sh', '-c', `echo > ${mark}; cat`] });
  await vantage.stop();
  assert.equal(existsSync(mark), false);
});

test('at its deadline a check is called off, and what it started with it', async (t) => {
  const file = join(await folder(t), 'pids');
  const { vantage } = vantageFor(t);
  const deadline = new AbortController();
  const finding = ask(vantage, `echo $$ > ${file}; sleep 600`, {}, deadline.signal);
  const [pid] = (await linesOf(file, 1)).map(Number);
  deadline.abort();
  assert.equal((await finding).verdict, 'down');
  await untilGone(pid ?? 0);
});

test('a worker that is killed leaves its checks unknown and none of their processes', async (t) => {
  const file = join(await folder(t), 'pids');
  const clock = new FakeClock();
  const { vantage, troubles } = vantageFor(t, { clock });
  const others = [ask(vantage, 'sleep 600'), ask(vantage, 'sleep 600')];
  const killer = ask(vantage, `echo $$ > ${file}; sleep 600 & echo $! >> ${file}; sleep 0.5; kill -9 $PPID; sleep 600`);
  for (const finding of await Promise.all([...others, killer])) {
    assert.equal(finding.verdict, 'unknown');
    assert.equal(finding.reason, 'the worker of vantage local is gone: it ended (SIGKILL)');
  }
  for (const pid of await linesOf(file, 2)) await untilGone(Number(pid));
  assert.deepEqual(troubles, ['the worker of vantage local is gone: it ended (SIGKILL); it rests for 1 s']);
  assert.match((await ask(vantage, 'echo again')).reason, /died; it is started again in 1 s/);
  await clock.advance(SECOND);
  assert.equal((await ask(vantage, 'echo again')).reason, 'again');
});

test('a worker that dies again and again rests ever longer, until one has lived', async (t) => {
  const clock = new FakeClock();
  const { vantage, troubles } = vantageFor(t, { clock, command: scripted('console.error("no"); process.exit(3)') });
  for (let death = 0; death < 8; death++) {
    assert.equal((await ask(vantage, 'true')).verdict, 'unknown');
    await clock.advance(MINUTE);
  }
  const rests = troubles.map((words) => /it ended \(exit code 3\): no; it rests for (.*)/.exec(words)?.[1]);
  assert.deepEqual(rests, ['1 s', '2 s', '4 s', '8 s', '16 s', '32 s', '1 min', '1 min']);
});

test('a worker that cannot be started is said so', async (t) => {
  const { vantage } = vantageFor(t, { command: ['/nowhere/worker'] });
  const finding = await ask(vantage, 'true');
  assert.equal(finding.verdict, 'unknown');
  assert.match(finding.reason, /it cannot be started \(spawn \/nowhere\/worker ENOENT\)/);
});

test('garbage among the findings is said and harms none', async (t) => {
  const garbage = `
    process.stdout.write('Debugger listening\\n{"v":1,"type":"finding","id":1}\\n[]\\nnull\\n' + 'x'.repeat(2e6) + '\\n');
    process.stdout.write('{"v":2,"type":"finding","id":1,"finding":{"verdict":"splendid","reason":["x"]}}\\n');
    process.stdout.write('{"v":2,"type":"finding","id":99,"finding":{"verdict":"up","reason":["for nobody"]}}\\n');
    process.stdout.write('{"v":2,"type":"group","pid":-1,"runs":true}\\n');
    process.stdout.write('{"v":2,"type":"hello","kinds":["exec"],"keyed":true}\\n');
    process.stdin.once('data', () => process.stdout.write('{"v":2,"type":"finding","id":1,"finding":{"verdict":"up","reason":["fine"]}}\\n'));
    process.stdin.on('end', () => process.exit());`;
  const { vantage, troubles } = vantageFor(t, { command: scripted(garbage) });
  const { verdict, parts } = await ask(vantage, 'true');
  assert.deepEqual([verdict, parts], ['up', ['fine']]);
  assert.equal(troubles.length, 7);
  assert.match(troubles[0] ?? '', /said something that is no message: "Debugger listening"/);
  assert.match(troubles[4] ?? '', /said a line of more than 1000000 bytes/);
});

test('a worker that answers nothing after the deadline is killed', async (t) => {
  const clock = new FakeClock();
  const { vantage } = vantageFor(t, { clock, command: ['sleep', '600'] });
  const deadline = new AbortController();
  const finding = ask(vantage, 'true', {}, deadline.signal);
  deadline.abort();
  await clock.advance(5 * SECOND);
  assert.equal((await finding).reason, 'the worker of vantage local is gone: it ended (SIGKILL)');
});

test('a worker that does not keep up is given no more', async (t) => {
  const { vantage } = vantageFor(t, { command: ['sleep', '600'] });
  const waiting = Array.from({ length: 256 }, () => ask(vantage, 'true'));
  assert.equal((await ask(vantage, 'true')).reason, 'the worker of vantage local has more to do than it can');
  const stopped = vantage.stop();
  assert.ok((await Promise.all(waiting)).every((one) => one.reason === 'Signalbox is stopping'));
  await stopped;
});

test('settings or findings too long for a line do not break it', async (t) => {
  const { vantage } = vantageFor(t);
  const finding = await ask(vantage, 'x'.repeat(1_000_001));
  assert.deepEqual([finding.verdict, finding.reason], ['unknown', 'its settings take more than 1000000 bytes']);
  assert.equal((await ask(vantage, 'echo still there')).reason, 'still there');
});

test('a kind that the worker does not have is unknown, in words', async (t) => {
  const { vantage } = vantageFor(t);
  const finding = await ask(vantage, 'true', { kind: 'telepathy' });
  assert.deepEqual([finding.verdict, finding.reason], ['unknown', 'its worker has no probe of the kind telepathy']);
});

for (const [hello, version] of [
  ['{"v":1,"type":"ready","kinds":["exec"]}', 1],
  ['{"v":3,"type":"hello","kinds":["exec"],"keyed":true,"more":{}}', 3],
] as const)
  test(`a worker of version ${version} is told nothing, and said to be of another release`, async (t) => {
    const path = join(await folder(t), 'told');
    const script = `require('fs').writeFileSync(${JSON.stringify(path)}, '');
      console.log(${JSON.stringify(hello)});
      process.stdin.on('data', (chunk) => require('fs').appendFileSync(${JSON.stringify(path)}, chunk));`;
    const { vantage, troubles } = vantageFor(t, { clock: new FakeClock(), command: scripted(script) });
    const finding = await ask(vantage, 'true');
    assert.equal(finding.verdict, 'unknown');
    const words = `it speaks version ${version} of the protocol, and this box 2: both must be of one release`;
    assert.equal(finding.reason, `the worker of vantage local is gone: ${words}`);
    assert.deepEqual(troubles, [`the worker of vantage local is gone: ${words}; it rests for 1 s`]);
    assert.equal(await readFile(path, 'utf8'), '');
  });

test('secrets are on no line, in no argument, no environment and no log', async (t) => {
  const secret = 'correct-horse-battery';
  const path = join(await folder(t), 'heard');
  // Says back all that it is told, as a terminal in between would.
  const script = `require('fs').appendFileSync(${JSON.stringify(path)}, process.argv.join(' ') + JSON.stringify(process.env));
    console.log('{"v":2,"type":"hello","kinds":["exec"],"keyed":true}');
    process.stdin.on('data', (chunk) => { require('fs').appendFileSync(${JSON.stringify(path)}, chunk); process.stdout.write(chunk); });
    process.stdin.on('end', () => process.exit());`;
  const { vantage, troubles } = vantageFor(t, { command: scripted(script) });
  const found = ask(vantage, '', { spec: { command: ['true'], env: { IT: new Secret(secret) } } });
  await until(async () => troubles.length > 0);
  await vantage.stop();
  await found;
  const heard = await readFile(path, 'utf8');
  assert.match(heard, /"command":\["true"\],"env":\{"IT":\{"\$sealed":"[^"]+"\}\}/);
  for (const text of [heard, ...troubles])
    for (const form of [secret, Buffer.from(secret).toString('base64')]) assert.ok(!text.includes(form), text);
});

test('a worker that was given no key is told of no secret, and does the rest', async (t) => {
  const keyless = ['env', '--unset=SIGNALBOX_KEY_FD', ...OWN_WORKER];
  const { vantage } = vantageFor(t, { command: keyless });
  const finding = await ask(vantage, '', { spec: { command: ['true'], env: { IT: new Secret('anything') } } });
  const why = 'its settings hold a secret, and its worker was given no key for it';
  assert.deepEqual([finding.verdict, finding.reason], ['unknown', why]);
  assert.equal((await ask(vantage, 'echo fine')).reason, 'fine');
});

test('a secret that was sealed with another key is not opened', () => {
  const sealed = sealSecrets({ token: new Secret('anything') }, newKey());
  assert.throws(() => openSecrets(sealed, newKey()), /sealed with another key/);
  const key = newKey();
  const opened = openSecrets(sealSecrets({ list: [new Secret('ä secret')], plain: 1 }, key), key) as { list: Secret[] };
  assert.equal(opened.list[0]?.reveal(), 'ä secret');
});

test('stopping ends what is under way and waits for it', async (t) => {
  const file = join(await folder(t), 'pids');
  const { vantage } = vantageFor(t);
  const finding = ask(vantage, `echo $$ > ${file}; echo $PPID >> ${file}; sleep 600`);
  const pids = (await linesOf(file, 2)).map(Number);
  await vantage.stop();
  assert.equal((await finding).reason, 'Signalbox is stopping');
  for (const pid of pids) await untilGone(pid);
  assert.equal((await ask(vantage, 'true')).reason, 'Signalbox is stopping');
});

test('a Ctrl-C in the terminal does not take the worker away from its box', async (t) => {
  const { vantage } = vantageFor(t);
  assert.equal((await ask(vantage, 'kill -INT $PPID; kill -TERM $PPID; sleep 0.2; echo here')).reason, 'here');
});

test('when the box is killed, its worker and all it started are gone', async (t) => {
  const path = await folder(t);
  const file = join(path, 'pids');
  const client = fileURLToPath(new URL('../../../collector/vantage/client.ts', import.meta.url));
  const clock = fileURLToPath(new URL('../../../collector/clock.ts', import.meta.url));
  await writeFile(
    join(path, 'box.mjs'),
    `import { startVantage } from ${JSON.stringify(client)};
     import { createClock } from ${JSON.stringify(clock)};
     const vantage = startVantage({ name: 'local', clock: createClock(), onTrouble() {} });
     const command = ['sh', '-c', 'trap "" TERM; echo $$ > ${file}; echo $PPID >> ${file}; sleep 600 & echo $! >> ${file}; sleep 600'];
     await vantage.check({ monitor: 'a', kind: 'exec', spec: { command }, timeoutMs: 600000 }, new AbortController().signal);`,
  );
  const box = spawn(process.execPath, [join(path, 'box.mjs')], { stdio: 'ignore' });
  const pids = (await linesOf(file, 3)).map(Number);
  assert.ok(pids.every(runs));
  box.kill('SIGKILL');
  for (const pid of pids) await untilGone(pid);
});
