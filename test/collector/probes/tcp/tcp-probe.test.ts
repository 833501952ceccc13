import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { probe } from '../../../../collector/probes/tcp/probe.ts';
import { settings } from '../../../../collector/probes/tcp/spec.ts';
import { Secret } from '../../../../model/secret.ts';
import { issue, makeAuthority } from '../issued.ts';
import { onLine, startTcp, startTls } from '../loopback-server.ts';
import { mistakes, runProbe, sampled } from '../run-probe.ts';
import { startSmtp } from './smtp-server.ts';

const tcp = { settings, probe };
const authority = await makeAuthority();
const trusted = await issue({ by: authority });

/** Says `greeting`, then answers each line by `answer`. */
function chat(greeting: string, answer: (line: string, socket: Socket) => string | undefined) {
  return startTcp((socket) => {
    if (greeting !== '') socket.write(greeting);
    onLine(socket, (line) => {
      const said = answer(line, socket);
      if (said !== undefined) socket.write(said);
    });
  });
}

test('a port that accepts connections is up, one that refuses them is down', async () => {
  await using server = await startTcp(() => {});
  const up = await runProbe(tcp, { address: server.address });
  assert.deepEqual([up.verdict, up.reason], ['up', `connected to ${server.address}`]);
  assert.deepEqual(Object.keys(up.phases ?? {}), ['resolve', 'connect', 'talk']);
  assert.equal(sampled(up, 'probe_ip_protocol'), 4);
  const down = await runProbe(tcp, { address: '127.0.0.1:1' });
  assert.deepEqual([down.verdict, down.reason], ['down', 'connection refused by 127.0.0.1:1']);
});

test('a name that does not exist is down and says so', async () => {
  const resolve = () => Promise.reject(Object.assign(new Error(), {}));
  await assert.rejects(runProbe(tcp, { address: 'a.invalid:1' }, { resolve }), 'a fault of ours is thrown');
  const finding = await runProbe(tcp, { address: 'no-such.localdomain.invalid:1' }, { timeoutMs: 4_000 });
  assert.equal(finding.verdict, 'down');
  assert.match(finding.reason, /^no-such\.localdomain\.invalid /);
});

test('an SSH banner is one expectation', async () => {
  await using server = await chat('SSH-2.0-OpenSSH_9.2\r\n', () => undefined);
  const finding = await runProbe(tcp, { address: server.address, expect: '^SSH-2\\.0-' });
  assert.deepEqual([finding.verdict, finding.reason], ['up', `"SSH-2.0-OpenSSH_9.2" from ${server.address}`]);
});

test('a Redis is asked with its password, which no trace needs to know beforehand', async () => {
  await using server = await chat('', (line) =>
    line === 'AUTH hunter2' ? '+OK\r\n' : line === 'PING' ? '+PONG\r\n' : '-ERR\r\n',
  );
  const talk = [{ send: new Secret('AUTH hunter2') }, { expect: '^\\+OK' }, { send: 'PING' }, { expect: '^\\+PONG' }];
  assert.equal((await runProbe(tcp, { address: server.address, talk })).verdict, 'up');
  const refused = await runProbe(
    tcp,
    { address: server.address, talk: talk.slice(2).toReversed() },
    { timeoutMs: 2_000 },
  );
  assert.match(refused.reason, /^no answer within 2 s at step 1: waited for \^\\\+PONG, nothing came$/);
});

test('a secret that the server sends back is hidden, also where the reason is cut', async () => {
  for (const before of ['-ERR ', 'x'.repeat(185)]) {
    await using server = await chat('', (line) => `${before}${line.split(' ')[1]} is wrong\r\n`);
    const talk = [{ send: new Secret('AUTH canary-of-the-mine') }, { expect: '^\\+OK' }];
    const finding = await runProbe(tcp, { address: server.address, talk }, { timeoutMs: 2_000 });
    assert.doesNotMatch(JSON.stringify(finding), /canary/);
    assert.match(finding.reason, /\[hidden/);
  }
});

test('an IRC server that wants its PING answered first gets it, from a capture', async () => {
  await using server = await chat(':irc NOTICE * :hello\r\n', (line, socket) => {
    if (line.startsWith('NICK')) return 'PING :x{1}yz\r\n';
    if (line === 'PONG x{1}yz') return ':irc 001 probe :Welcome\r\n';
    if (line.startsWith('QUIT')) socket.end();
    return undefined;
  });
  const talk = [
    { send: 'USER probe 0 * :probe' },
    { send: 'NICK probe' },
    { expect: '^PING :?(?<cookie>.+)' },
    { send: 'PONG {1}' },
    { expect: '^:\\S+ 001 ' },
    { send: 'QUIT :bye' },
  ];
  assert.equal((await runProbe(tcp, { address: server.address, talk })).verdict, 'up');
  const named = talk.map((step) => (step.send === 'PONG {1}' ? { send: 'PONG {cookie}' } : step));
  assert.equal((await runProbe(tcp, { address: server.address, talk: named })).verdict, 'up');
});

const SMTP = [
  { expect: '^220 ' },
  { send: 'EHLO probe' },
  { expect: '^250 STARTTLS' },
  { send: 'STARTTLS' },
  { expect: '^220 ' },
  { starttls: true },
  { send: 'EHLO probe' },
  { expect: '^250 AUTH' },
  { send: 'QUIT' },
  { expect: '^221 ' },
];

test('a mail host is asked for TLS inside the conversation, and its certificate is judged', async () => {
  await using server = await startSmtp(trusted);
  const fine = await runProbe(tcp, { address: `localhost:${server.port}`, tls: { ca: authority.cert }, talk: SMTP });
  assert.equal(fine.verdict, 'up', fine.reason);
  assert.match(fine.reason, /^"220 mail ESMTP" from 127\.0\.0\.1:\d+, TLS 1\.3, certificate ends in \d+ days$/);
  assert.ok((sampled(fine, 'probe_ssl_earliest_cert_expiry') ?? 0) > Date.now() / 1_000);
  const untrusted = await runProbe(tcp, { address: `localhost:${server.port}`, talk: SMTP });
  assert.equal(untrusted.verdict, 'down');
  assert.match(untrusted.reason, /^TLS certificate/);
  const soon = await runProbe(tcp, { address: server.address, tls: { ca: authority.cert, days: 120 }, talk: SMTP });
  assert.deepEqual([soon.verdict, /^TLS certificate ends in \d+ days$/.test(soon.reason)], ['degraded', true]);
});

test('an IMAP server behind TLS is spoken to, and a wrong answer is shown', async () => {
  await using server = await startTls(trusted, (socket) => {
    socket.write('* OK IMAP4rev1 ready\r\n');
    onLine(socket, (line) => socket.write(line === 'a1 NOOP' ? 'a1 OK done\r\n' : 'a1 BAD what?\r\n'));
  });
  const tls = { ca: authority.cert };
  const talk = [{ expect: '^\\* OK' }, { send: 'a1 NOOP' }, { expect: '^a1 OK' }];
  assert.equal((await runProbe(tcp, { address: server.address, tls, talk })).verdict, 'up');
  const wrong = talk.with(1, { send: 'a1 LOGIN' });
  const finding = await runProbe(tcp, { address: server.address, tls, talk: wrong }, { timeoutMs: 3_000 });
  assert.deepEqual(
    [finding.verdict, finding.reason],
    ['down', 'wrong answer at step 3: waited for ^a1 OK, what came was "a1 BAD what?"'],
  );
  assert.equal(sampled(finding, 'probe_failed_due_to_regex'), 1);
  assert.deepEqual(finding.evidence?.['what came'], ['a1 BAD what?']);
});

test('a server that hangs up says when', async () => {
  await using server = await startTcp((socket) => socket.end('421 too busy\r\n'));
  const finding = await runProbe(tcp, { address: server.address, expect: '^220 ' });
  assert.equal(finding.reason, 'connection closed, waited for ^220 , what came was "421 too busy"');
});

test('a prompt without a line end is seen too, and lines cut in pieces are put together', async () => {
  await using prompt = await startTcp((socket) => socket.write('login: '));
  assert.equal((await runProbe(tcp, { address: prompt.address, expect: '^login: $' })).verdict, 'up');
  await using pieces = await startTcp((socket) => {
    for (const [index, piece] of ['PO', 'NG \u00e4', 'bc\r', '\nrest'].entries())
      setTimeout(() => socket.write(piece), 20 * index);
  });
  const finding = await runProbe(tcp, { address: pieces.address, expect: '^PONG (\\S+)$' });
  assert.match(finding.reason, /^"PONG äbc" from/);
});

test('a box that stood still while the rest of a line came takes the whole of it', async () => {
  await using server = await startTcp((socket) => {
    socket.write('PONG ab');
    const standStill = () => {
      socket.write('cd\r\n');
      const began = performance.now();
      while (performance.now() - began < 500);
    };
    // Right before the timers have their turn.
    setTimeout(() => setImmediate(standStill), 20);
  });
  const finding = await runProbe(tcp, { address: server.address, expect: '^PONG (\\S+)$' });
  assert.match(finding.reason, /^"PONG abcd" from/);
});

test('a server that floods is down, and no memory is lost to it', async () => {
  const chunk = Buffer.alloc(64 * 1_024, 'x');
  const flood = (text: Buffer) =>
    startTcp((socket) => {
      const pour = () => {
        while (!socket.destroyed && socket.write(text));
        socket.once('drain', pour);
      };
      pour();
    });
  await using line = await flood(chunk);
  const one = await runProbe(tcp, { address: line.address, expect: '^220' });
  assert.match(one.reason, /^wrong answer: waited for \^220, and more than 64 kB or 1,000 lines came: "x{199}…"$/);
  await using lines = await flood(Buffer.from('no\n'.repeat(5_000)));
  assert.match(
    (await runProbe(tcp, { address: lines.address, expect: '^220' })).reason,
    /more than 64 kB or 1,000 lines/,
  );
});

test('an expression that would never end is unknown, not a stuck box', async () => {
  await using server = await startTcp((socket) => socket.write(`${'a'.repeat(60)}!\n`));
  const finding = await runProbe(tcp, { address: server.address, expect: '^(a+)+$' });
  assert.equal(finding.verdict, 'unknown');
});

test('a server that keeps silent in the TLS handshake says so at the deadline', async () => {
  await using server = await startTcp(() => {});
  const finding = await runProbe(tcp, { address: server.address, tls: true }, { timeoutMs: 2_000 });
  assert.equal(
    finding.reason,
    `no answer within 2 s: connected to ${server.address}, but the TLS handshake did not end`,
  );
});

test('every step of a conversation can be watched', async () => {
  await using server = await chat('220 hi\r\n', () => '221 bye\r\n');
  const steps: string[] = [];
  const talk = [{ expect: '^220' }, { send: 'QUIT' }, { expect: '^221' }];
  await runProbe(
    tcp,
    { address: server.address, talk },
    { trace: (step, detail) => steps.push(`${step}: ${detail}`.trim()) },
  );
  assert.deepEqual(steps, [
    'addresses: 127.0.0.1 (literal)',
    `connected: ${server.address}`,
    'heard: 220 hi',
    'send: QUIT',
    'heard: 221 bye',
  ]);
});

test('mistakes in a conversation are told before it is held', () => {
  const wrong = (written: Record<string, unknown>) =>
    mistakes(settings, { address: 'localhost:25', ...written })[0] ?? '';
  assert.equal(wrong({ talk: [{ expect: '(\\d+) (?<x>y)' }, { send: '{1} {2} {x} {"json": {other}}' }] }), '');
  assert.match(wrong({ talk: [{ expect: 'x' }, { send: 'PONG {1}' }] }), /^talk\.1\.send: an expect before it/);
  assert.match(wrong({ talk: [{ send: 'a', expect: 'b' }] }), /^talk\.0: one of send, expect and starttls/);
  assert.match(wrong({ talk: [{}] }), /^talk\.0: one of/);
  assert.match(wrong({ talk: [{ starttls: true }] }), /^talk\.0\.starttls: a step before it/);
  assert.match(
    wrong({ talk: [{ send: 'a' }, { starttls: true }, { starttls: true }] }),
    /^talk\.2\.starttls: at most one/,
  );
  assert.match(wrong({ talk: [{ expect: 'a' }], expect: 'b' }), /^expect: either/);
  assert.match(wrong({ tls: { ca: '-----BEGIN CERTIFICATE-----' } }), /^tls\.ca: a certificate that can be read/);
  assert.match(wrong({ tls: { cert: trusted.cert } }), /^tls\.key: the key/);
  assert.match(wrong({ tls: { cert: trusted.cert, key: new Secret(authority.key) } }), /^tls\.key: a key that/);
  assert.match(wrong({ address: 'localhost' }), /^address: host:port/);
});
