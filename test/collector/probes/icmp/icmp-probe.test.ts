import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { figuresOf } from '../../../../collector/probes/icmp/burst.ts';
import { lacksRight, readFping, readPing } from '../../../../collector/probes/icmp/ping-output.ts';
import { createIcmpProbe } from '../../../../collector/probes/icmp/probe.ts';
import { settings } from '../../../../collector/probes/icmp/spec.ts';
import { judgeBurst } from '../../../../collector/probes/icmp/verdict.ts';
import { until } from '../../../integration/until.ts';
import { mistakes, runProbe, sampled } from '../run-probe.ts';

/** A folder of programs: name to shell script. */
function programs(scripts: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'ping-'));
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

async function check(scripts: Record<string, string>, written: Record<string, unknown> = {}, timeoutMs = 5_000) {
  using installed = programs(scripts);
  const probe = createIcmpProbe(installed.folder);
  const finding = await runProbe({ settings, probe }, { host: '192.0.2.1', ...written }, { timeoutMs });
  return { ...finding, reason: finding.reason.replaceAll(installed.folder, 'DIR') };
}

const FPING = (numbers: string, more = ':') => `${more}; echo "192.0.2.1 : ${numbers}" >&2`;

test('a burst is judged by how much of it was lost', async () => {
  const fine = await check({ fping: FPING('12.0 14.0 13.0 12.5 13.5') });
  assert.deepEqual([fine.verdict, fine.reason, fine.latencyMs], ['up', 'all 5 answered, 13 ms on average', 13]);
  assert.equal(sampled(fine, 'signalbox_icmp_rtt_seconds{stat="max"}'), 0.014);
  assert.equal(sampled(fine, 'probe_icmp_duration_seconds{phase="rtt"}'), 0.013);
  const some = await check({ fping: FPING('12.0 - 13.0 - 14.0') });
  assert.deepEqual([some.verdict, some.reason], ['degraded', '2 of 5 pings lost, 13 ms on average']);
  assert.ok(Math.abs((sampled(some, 'signalbox_icmp_loss_ratio') ?? 0) - 0.4) < 1e-9);
  const gone = await check({
    fping: FPING('- - - - -', 'echo "ICMP Host Unreachable from 10.0.0.1 for ICMP Echo sent to 192.0.2.1" >&2'),
  });
  assert.deepEqual([gone.verdict, gone.reason], ['down', 'no answer to 5 pings: Host Unreachable from 10.0.0.1']);
  assert.equal(sampled(gone, 'signalbox_icmp_rtt_seconds{stat="avg"}'), undefined);
  assert.ok(Array.isArray(gone.evidence?.['what the program said']));
  const strict = await check({ fping: FPING('12.0 12.0 12.0 12.0 -') }, { loss: { degraded: '20%', down: 0.6 } });
  assert.equal(strict.verdict, 'degraded');
});

test('without a program to ping with the check is unknown and says what to install', async () => {
  const finding = await check({});
  assert.deepEqual(
    [finding.verdict, finding.reason],
    ['unknown', 'neither fping nor ping is installed: apt install fping'],
  );
});

test('without the right to ping the check is unknown, unless another program has it', async () => {
  const refused = 'echo "fping: can\'t create socket (must run as root?)" >&2; exit 4';
  const alone = await check({ fping: refused });
  assert.deepEqual(
    [alone.verdict, alone.reason],
    ['unknown', 'fping may not send pings from here: setcap cap_net_raw+ep DIR/fping'],
  );
  const ping =
    'echo "64 bytes from 192.0.2.1: icmp_seq=1 ttl=57 time=9.5 ms"; echo; echo "1 packets transmitted, 1 received, 0% packet loss, time 0ms"';
  const other = await check({ fping: refused, ping }, { count: 1 });
  assert.deepEqual([other.verdict, other.reason], ['up', 'answered in 10 ms']);
  assert.equal(sampled(other, 'probe_icmp_reply_hop_limit'), 57);
});

test('what else goes wrong in the program is unknown and shown', async () => {
  const odd = await check({ ping: 'echo "ping: invalid argument" >&2; exit 1' });
  assert.deepEqual([odd.verdict, odd.reason], ['unknown', 'ping failed: ping: invalid argument']);
  const flood = await check({ fping: 'yes no | head -c 3000000' });
  assert.equal(flood.verdict, 'unknown');
  assert.ok(flood.reason.length < 200);
});

test('a machine that knows no way to the target says so', async () => {
  const ping = await check({ ping: 'echo "ping: connect: Network is unreachable" >&2; exit 2' });
  assert.deepEqual([ping.verdict, ping.reason], ['down', 'no answer to 5 pings: network is unreachable']);
  const fping = await check({
    fping: FPING('- -', 'echo "fping: error while sending ping: Network is unreachable" >&2'),
  });
  assert.deepEqual([fping.verdict, fping.reason], ['down', 'no answer to 2 pings: Network is unreachable']);
});

test('a program that hangs is killed with all it started, and the target is down', async () => {
  using notes = programs({});
  const pidFile = join(notes.folder, 'pid');
  const finding = await check({ fping: `sleep 60 & echo $! > ${pidFile}; wait` }, { count: 1 }, 3_000);
  assert.deepEqual([finding.verdict, finding.reason], ['down', 'no answer to the ping']);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const isGone = () => {
    try {
      return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return true;
    }
  };
  await until(isGone);
});

test('a burst that does not fit into the timeout is unknown and says so', async () => {
  const finding = await check({ fping: FPING('1.0') }, { count: 20, interval: '500ms' }, 3_000);
  assert.equal(finding.verdict, 'unknown');
  assert.match(finding.reason, /^20 pings, one every 500 ms, take 9\.5 s: too long for the 3 s/);
});

test('the program gets the address, in C locale and without a shell', async () => {
  const finding = await check(
    { fping: FPING('1.0', 'echo "$LC_ALL $*"') },
    { count: 1, size: 100, loss: { degraded: 0.1 } },
  );
  assert.equal(finding.verdict, 'up');
  const trace: string[] = [];
  using installed = programs({ fping: FPING('1.0', 'echo "$LC_ALL $*"') });
  const kind = { settings, probe: createIcmpProbe(installed.folder) };
  await runProbe(
    kind,
    { host: 'localhost', count: 1, size: 100, ip: 6 },
    { trace: (step, detail) => trace.push(`${step}: ${detail}`) },
  );
  assert.match(trace.join('\n'), /C -6 -C 1 -p 200 -t \d+ -b 100 ::1/);
});

test('the outputs of fping, iputils and busybox are read', () => {
  assert.deepEqual(readFping('::1 : [0], 64 bytes\n\n::1 : 0.083 - 0.043\n'), {
    sent: 3,
    roundTripsMs: [0.083, 0.043],
  });
  assert.equal(readFping('fping: nonsense\n'), undefined);
  const iputils =
    'PING 10.0.0.9 56(84) bytes of data.\n64 bytes from 10.0.0.9: icmp_seq=1 ttl=64 time=0.5 ms\n' +
    '64 bytes from 10.0.0.9: icmp_seq=1 ttl=64 time=0.9 ms (DUP!)\nFrom 10.0.0.1 icmp_seq=2 Destination Host Unreachable\n\n' +
    '--- 10.0.0.9 ping statistics ---\n2 packets transmitted, 1 received, +1 errors, 50% packet loss, time 1ms\n';
  assert.deepEqual(readPing(iputils), {
    sent: 2,
    roundTripsMs: [0.5],
    hopLimit: 64,
    complaint: 'Destination Host Unreachable from 10.0.0.1',
  });
  const busybox =
    'PING ::1 (::1): 56 data bytes\n64 bytes from ::1: seq=0 ttl=64 time=0.093 ms\n\n--- ::1 ping statistics ---\n' +
    '1 packets transmitted, 1 packets received, 0% packet loss\nround-trip min/avg/max = 0.093/0.093/0.093 ms\n';
  assert.deepEqual(readPing(busybox), { sent: 1, roundTripsMs: [0.093], hopLimit: 64 });
  for (const text of [
    'ping: socket: Operation not permitted',
    'ping: permission denied (are you root?)',
    'ping: Lacking privilege for icmp socket.',
  ])
    assert.ok(lacksRight(text), text);
});

test('figures and verdicts are those of the numbers', () => {
  assert.deepEqual(figuresOf([1, 3]), { min: 1, avg: 2, max: 3, stddev: 1 });
  assert.equal(figuresOf([]), undefined);
  const judged = (answered: number, sent: number) =>
    judgeBurst({ sent, roundTripsMs: new Array(answered).fill(1) }, { degraded: 0.4, down: 1 }).verdict;
  assert.deepEqual(
    [5, 4, 3, 1, 0].map((answered) => judged(answered, 5)),
    ['up', 'up', 'degraded', 'degraded', 'down'],
  );
});

test('mistakes in the settings of a ping are told', () => {
  const wrong = (written: Record<string, unknown>) => mistakes(settings, { host: 'router.lan', ...written })[0] ?? '';
  assert.equal(wrong({ count: 10, interval: '1s', loss: { degraded: '10%', down: '50%' } }), '');
  assert.match(wrong({ host: '-f' }), /^host: /);
  assert.match(wrong({ loss: { degraded: 0.8, down: 0.5 } }), /^loss\.degraded: at most loss\.down/);
  assert.match(wrong({ loss: { degraded: 40 } }), /^loss\.degraded: /);
  assert.match(wrong({ count: 100, interval: '10s' }), /^count: a burst of at most one minute/);
  assert.match(wrong({ interval: '1ms' }), /^interval: /);
});
