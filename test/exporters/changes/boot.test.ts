import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { bootSource } from '../../../exporters/changes/boot/boot.ts';
import { FakeClock } from '../../fake-clock.ts';
import { requireProgram } from '../../require-program.ts';
import { looking, machineFor } from './machine.ts';

const NOW = Date.UTC(2026, 10, 21, 6);
const BOOTED = Date.UTC(2026, 10, 21, 5);

function proc(bootId: string, kernel: string, booted = BOOTED) {
  return {
    'proc/sys/kernel/random/boot_id': `${bootId}\n`,
    'proc/sys/kernel/osrelease': `${kernel}\n`,
    'proc/stat': `cpu  1 2 3\nbtime ${booted / 1e3}\nprocesses 5\n`,
  };
}

async function machineWith(t: TestContext, files: Record<string, string | Uint8Array>) {
  const machine = await machineFor(t, files);
  const write = async (more: Record<string, string | Uint8Array>) => {
    for (const [path, text] of Object.entries(more)) await machine.write(path, text);
  };
  return { write, ...looking(bootSource(machine), new FakeClock(NOW)) };
}

/** A wtmp as the machine's own tool makes it of its text form. */
function wtmp(lines: readonly (readonly [type: number, user: string, host: string, time: string])[]): Buffer {
  const text = lines
    .map(
      ([type, user, host, time]) =>
        `[${type}] [00000] [~~  ] [${user.padEnd(8)}] [~           ] [${host.padEnd(20)}] [0.0.0.0        ] [${time}]\n`,
    )
    .join('');
  return execFileSync('utmpdump', ['-r'], { input: text, stdio: ['pipe', 'pipe', 'ignore'] });
}

test('a boot with another kernel is told once, at the time of the boot', async (t) => {
  const { look, write } = await machineWith(t, { ...proc('one', '6.1.0-26-amd64'), 'boot/vmlinuz-6.1.0-26-amd64': '' });
  assert.deepEqual(await look(), [{ at: BOOTED, kind: 'boot', what: 'machine', detail: 'the machine started' }]);
  assert.deepEqual(await look(), []);
  await write({
    'boot/vmlinuz-6.1.0-100-amd64': '',
    'boot/vmlinuz-6.1.0-99-amd64.dpkg-tmp': '',
    'boot/initrd.img-9': '',
  });
  const [installed, ...others] = await look({ now: Date.now() });
  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...installed, at: 0 },
    {
      at: 0,
      kind: 'kernel',
      what: 'newest kernel in /boot',
      from: '6.1.0-26-amd64',
      to: '6.1.0-100-amd64',
      detail: 'it runs from the next boot on; 6.1.0-26-amd64 runs now',
    },
  );
  assert.ok(Math.abs((installed?.at ?? 0) - Date.now()) < 10_000);
  await write(proc('two', '6.1.0-100-amd64', BOOTED + 60_000));
  assert.deepEqual(
    (await look()).map(({ at, kind, what, from, to }) => [at - BOOTED, kind, what, from, to]),
    [
      [60_000, 'boot', 'machine', undefined, undefined],
      [60_000, 'kernel', 'running kernel', '6.1.0-26-amd64', '6.1.0-100-amd64'],
    ],
  );
});

test("earlier boots are in login's record: in order or not, and with which kernel", async (t) => {
  if (requireProgram('utmpdump', t) === undefined) return;
  const record = wtmp([
    [2, 'reboot', '6.1.0-25-amd64', '2026-11-01T05:00:00,000000+00:00'],
    [7, 'ada', 'console', '2026-11-01T05:10:00,000000+00:00'],
    [1, 'shutdown', '6.1.0-25-amd64', '2026-11-02T04:59:00,000000+00:00'],
    [2, 'reboot', '6.1.0-26-amd64', '2026-11-02T05:00:00,000000+00:00'],
    [2, 'reboot', '6.1.0-26-amd64', '2026-11-21T05:00:10,000000+00:00'],
  ]);
  const { look } = await machineWith(t, { ...proc('one', '6.1.0-26-amd64'), 'var/log/wtmp': record });
  const told = await look();
  assert.deepEqual(
    told.map(({ at, kind, from, to, detail }) => [new Date(at).toISOString().slice(0, 16), kind, from ?? to ?? detail]),
    [
      ['2026-11-01T05:00', 'boot', 'the machine started'],
      ['2026-11-02T05:00', 'boot', 'the machine started, after it was shut down in order'],
      ['2026-11-02T05:00', 'kernel', '6.1.0-25-amd64'],
      [
        '2026-11-21T05:00',
        'boot',
        'the machine started, and it was not shut down in order before: it crashed, was reset or lost its power',
      ],
    ],
  );
  assert.equal(told.at(-1)?.at, BOOTED, "the kernel's own time, not that of the record");
  const recent = await machineWith(t, { ...proc('one', '6.1.0-26-amd64'), 'var/log/wtmp': record });
  assert.equal((await recent.look({ since: NOW - 86_400_000 })).length, 1, 'not from before the backlog');
});

test('a wtmp that is none, or is damaged, is left aside', async (t) => {
  const { look } = await machineWith(t, { ...proc('one', '6.1'), 'var/log/wtmp': Buffer.alloc(1000, 7) });
  assert.equal((await look()).length, 1);
});

test('the real machine can be seen', async () => {
  const { look } = looking(bootSource({ root: '/', path: process.env.PATH ?? '' }), { now: Date.now });
  const told = await look();
  const boot = told.filter(({ kind }) => kind === 'boot').at(-1);
  assert.ok(boot !== undefined && boot.at <= Date.now(), JSON.stringify(told));
});
