import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { type Answer, decode, encode } from 'dns-packet';
import { probe } from '../../../../collector/probes/dns/probe.ts';
import { settings } from '../../../../collector/probes/dns/spec.ts';
import { a, aaaa, type Behaviour, soa, startNameServer } from '../../names/name-server.ts';
import { runProbe, sampled } from '../run-probe.ts';

const dns = { settings, probe };

async function ask(behaviour: Behaviour, written: Record<string, unknown>, timeoutMs = 5_000) {
  await using server = await startNameServer(() => behaviour);
  const finding = await runProbe(dns, { name: 'example.net', servers: server.address, ...written }, { timeoutMs });
  const bare = finding.reason.replaceAll(server.address, 'NS');
  return { ...finding, reason: bare, asked: server.asked };
}

test('a name that resolves is up, and the reason shows to what', async () => {
  const finding = await ask({ answers: [a('example.net', '192.0.2.1'), a('example.net', '192.0.2.2')] }, {});
  assert.equal(finding.verdict, 'up');
  assert.equal(finding.reason, 'example.net A: 192.0.2.1, 192.0.2.2 from NS');
  assert.equal(sampled(finding, 'probe_dns_answer_rrs'), 2);
  assert.equal(sampled(finding, 'probe_dns_query_succeeded'), 1);
  assert.equal(finding.evidence, undefined);
  assert.deepEqual(Object.keys(finding.phases ?? {}), ['resolve', 'request']);
});

test('a name that does not exist is down, unless that is wanted', async () => {
  const gone = await ask({ rcode: 'NXDOMAIN', authorities: [soa('net', 1)] }, {});
  assert.equal(gone.verdict, 'down');
  assert.equal(gone.reason, 'example.net A: NXDOMAIN, wanted an answer');
  assert.equal(sampled(gone, 'probe_dns_authority_rrs'), 1);
  assert.match(JSON.stringify(gone.evidence), /NXDOMAIN, authoritative.*net SOA ns\.net admin\.net 1 /);
  const wanted = await ask({ rcode: 'NXDOMAIN' }, { expect: { rcode: 'NXDOMAIN' } });
  assert.deepEqual([wanted.verdict, wanted.reason], ['up', 'example.net A: NXDOMAIN from NS']);
  const exists = await ask(
    { answers: [a('example.net', '192.0.2.1')] },
    { expect: { rcode: ['NXDOMAIN', 'REFUSED'] } },
  );
  assert.deepEqual([exists.verdict, exists.reason], ['down', 'example.net A: NOERROR, wanted NXDOMAIN or REFUSED']);
});

test('a name without a record of the type is down', async () => {
  const cname: Answer = { type: 'CNAME', name: 'example.net', ttl: 1, data: 'other.net' };
  assert.equal((await ask({ answers: [cname] }, {})).reason, 'example.net A: no A record, wanted an answer');
  assert.equal((await ask({ answers: [cname] }, { expect: { rcode: 'NOERROR' } })).verdict, 'up');
});

test('answers are compared with what is expected, whatever the spelling', async () => {
  const mx: Answer[] = [{ type: 'MX', name: 'example.net', data: { preference: 10, exchange: 'Mail.Example.NET' } }];
  for (const contains of ['mail.example.net', '10 MAIL.example.net.'])
    assert.equal((await ask({ answers: mx }, { type: 'MX', expect: { contains } })).verdict, 'up', contains);
  const v6 = [aaaa('example.net', '2001:db8::1')];
  assert.equal(
    (await ask({ answers: v6 }, { type: 'AAAA', expect: { equals: '2001:DB8:0:0:0:0:0:1' } })).verdict,
    'up',
  );
  const txt: Answer[] = [{ type: 'TXT', name: 'example.net', data: ['v=spf1 ', '-all'] }];
  assert.equal((await ask({ answers: txt }, { type: 'TXT', expect: { equals: 'v=spf1 -all' } })).verdict, 'up');
  assert.equal((await ask({ answers: txt }, { type: 'TXT', expect: { matches: '^v=spf1 .*-all$' } })).verdict, 'up');
});

test('what is missing or too much in an answer is named', async () => {
  const answers = [a('example.net', '192.0.2.1'), a('example.net', '192.0.2.66')];
  const missing = await ask({ answers }, { expect: { contains: ['192.0.2.1', '192.0.2.2'] } });
  assert.equal(missing.reason, 'example.net A: 192.0.2.2 missing, the answer is 192.0.2.1, 192.0.2.66');
  const extra = await ask({ answers }, { expect: { equals: '192.0.2.1' } });
  assert.equal(extra.reason, 'example.net A: 192.0.2.66 in the answer, wanted only 192.0.2.1');
  const unmatched = await ask({ answers }, { expect: { matches: '^10\\.' } });
  assert.equal(unmatched.reason, 'example.net A: no answer matches ^10\\., the answer is 192.0.2.1, 192.0.2.66');
});

test('an answer too long for a datagram is fetched by TCP', async () => {
  const answers = Array.from({ length: 60 }, (_, index) => a('example.net', `192.0.2.${index}`));
  const finding = await ask({ answers, truncated: true }, {});
  assert.equal(finding.verdict, 'up');
  assert.equal(sampled(finding, 'probe_dns_answer_rrs'), 60);
  assert.deepEqual(
    finding.asked.map((one) => one.transport),
    ['udp', 'tcp'],
  );
  assert.deepEqual(
    (await ask({ answers }, { transport: 'tcp' })).asked.map((one) => one.transport),
    ['tcp'],
  );
});

test('a lost datagram is sent again', async () => {
  let count = 0;
  await using server = await startNameServer(() =>
    count++ === 0 ? { silent: true } : { answers: [a('example.net', '192.0.2.1')] },
  );
  const finding = await runProbe(dns, { name: 'example.net', servers: server.address }, { timeoutMs: 3_000 });
  assert.equal(finding.verdict, 'up');
  assert.equal(server.asked.length, 2);
});

test('a name server that is silent, or where nobody listens, does not answer', async () => {
  const silent = await ask({ silent: true }, {}, 300);
  assert.deepEqual([silent.verdict, silent.reason], ['down', 'example.net A: NS does not answer']);
  assert.equal(sampled(silent, 'probe_dns_query_succeeded'), 0);
  const refused = await runProbe(dns, { name: 'example.net', servers: '127.0.0.1:1', transport: 'tcp' });
  assert.equal(refused.reason, 'example.net A: 127.0.0.1:1 does not answer: connection refused by 127.0.0.1:1');
});

test('only the answer to our own question counts', async () => {
  const forged = (question: Buffer): Buffer[] => {
    const query = decode(question);
    const build = (id: number, name: string, data: string, type: 'response' | 'query' = 'response') =>
      encode({ type, id, questions: [{ type: 'A', name }], answers: [a(name, data)] });
    const id = query.id ?? 0;
    return [
      build(id ^ 1, 'example.net', '192.0.2.66'),
      build(id, 'evil.net', '192.0.2.66'),
      build(id, 'example.net', '192.0.2.66', 'query'),
      Buffer.from([1, 2, 3]),
      build(id, 'EXAMPLE.net', '192.0.2.1'),
    ];
  };
  const finding = await ask({ raw: forged }, { expect: { equals: '192.0.2.1' } });
  assert.equal(finding.verdict, 'up', finding.reason);
});

test('a message from another port is not heard', async () => {
  const server = createSocket('udp4');
  const stranger = createSocket('udp4');
  try {
    server.on('message', (question, from) => {
      const { id = 0, questions = [] } = decode(question);
      const forged = encode({ type: 'response', id, questions, answers: [a('example.net', '192.0.2.66')] });
      stranger.send(forged, from.port, from.address);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const servers = `127.0.0.1:${server.address().port}`;
    const finding = await runProbe(dns, { name: 'example.net', servers }, { timeoutMs: 400 });
    assert.equal(finding.reason, `example.net A: ${servers} does not answer`);
  } finally {
    server.close();
    stranger.close();
  }
});

test('malformed and hostile messages are down, never a crash', async () => {
  const good = (question: Buffer) =>
    encode({
      type: 'response',
      id: question.readUInt16BE(0),
      questions: [{ type: 'TXT', name: 'example.net' }],
      answers: [{ type: 'TXT', name: 'example.net', data: 'x'.repeat(200) }],
    });
  const cut = await ask({ raw: (question) => [good(question).subarray(0, 60)] }, { type: 'TXT' });
  assert.equal(cut.reason, 'example.net TXT: NS answers with a malformed message');
  // A name that points at itself.
  const loop = (question: Buffer) =>
    Buffer.concat([
      question.subarray(0, 2),
      Buffer.from([0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 0x0c, 0, 16, 0, 1]),
    ]);
  assert.match(
    (await ask({ raw: (question) => [loop(question)] }, { type: 'TXT' }, 400)).reason,
    /malformed|does not answer/,
  );
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  await using server = await startNameServer(() => ({
    raw: (question) => {
      const message = Buffer.from(good(question));
      for (let flips = 0; flips < 6; flips++)
        message[4 + Math.floor(random() * (message.length - 4))] = Math.floor(random() * 256);
      return [message];
    },
  }));
  for (let round = 0; round < 60; round++) {
    const finding = await runProbe(
      dns,
      { name: 'example.net', type: 'TXT', servers: server.address },
      { timeoutMs: 30 },
    );
    assert.ok(['up', 'down'].includes(finding.verdict));
  }
});

test('hostile text in an answer cannot break the line of a reason', async () => {
  const txt: Answer[] = [{ type: 'TXT', name: 'example.net', data: `\u001b[2J\n${'\u202e'.repeat(9)}x`.repeat(50) }];
  const { reason } = await ask({ answers: txt }, { type: 'TXT' });
  assert.ok(reason.length < 200);
  assert.ok(!['\u001b', '\n', '\u202e'].some((one) => reason.includes(one)));
});

test('all servers of a zone must have the same serial', async () => {
  await using first = await startNameServer(() => ({ answers: [soa('example.net', 2026112101)] }));
  await using second = await startNameServer(() => ({ answers: [soa('example.net', 2026112001)] }));
  const servers = [first.address, second.address];
  const differ = await runProbe(dns, { name: 'example.net', type: 'SOA', servers });
  assert.equal(differ.verdict, 'degraded');
  assert.equal(
    differ.reason,
    `example.net SOA: serials differ: ${first.address} has 2026112101, ${second.address} has 2026112001`,
  );
  assert.equal(sampled(differ, 'probe_dns_serial'), 2026112101);
  assert.equal(sampled(differ, `signalbox_dns_server_serial{server="${second.address}"}`), 2026112001);
  assert.equal((await runProbe(dns, { name: 'example.net', type: 'SOA', servers, same_serial: false })).verdict, 'up');
  const same = await runProbe(dns, { name: 'example.net', type: 'SOA', servers: [first.address, first.address] });
  assert.deepEqual([same.verdict, same.reason], ['up', 'example.net SOA: serial 2026112101 from 2 servers']);
});

test('one dead server of two is degraded, a wrong answer from one is down', async () => {
  await using good = await startNameServer(() => ({ answers: [a('example.net', '192.0.2.1')] }));
  await using dead = await startNameServer(() => ({ silent: true }));
  await using wrong = await startNameServer(() => ({ rcode: 'REFUSED' }));
  const check = (...servers: { address: string }[]) =>
    runProbe(dns, { name: 'example.net', servers: servers.map((one) => one.address) }, { timeoutMs: 2_000 });
  const half = await check(dead, good);
  assert.equal(half.verdict, 'degraded');
  assert.equal(half.reason, `example.net A: ${dead.address} does not answer; ${good.address} does`);
  assert.equal(sampled(half, `signalbox_dns_server_answered{server="${dead.address}"}`), 0);
  const lied = await check(good, wrong);
  assert.deepEqual([lied.verdict, lied.reason], ['down', `example.net A: ${wrong.address}: REFUSED, wanted an answer`]);
  assert.equal((await check(dead, dead)).verdict, 'down');
});

test('a name server may be given by name, and over IPv6', async () => {
  await using server = await startNameServer(() => ({ answers: [a('example.net', '192.0.2.1')] }));
  assert.equal((await runProbe(dns, { name: 'example.net', servers: `localhost:${server.port}` })).verdict, 'up');
  const unknown = await runProbe(dns, { name: 'example.net', servers: 'ns.invalid' }, { timeoutMs: 4_000 });
  assert.match(unknown.reason, /ns\.invalid cannot be asked: ns\.invalid /);
  await using six = await startNameServer(() => ({ answers: [a('example.net', '192.0.2.1')] }), '::1');
  assert.equal((await runProbe(dns, { name: 'example.net', servers: six.address })).verdict, 'up');
});

test('an address asks for its name backwards, and recursion can be left out', async () => {
  const ptr: Answer[] = [{ type: 'PTR', name: '1.2.0.192.in-addr.arpa', data: 'host.example.net' }];
  const finding = await ask({ answers: ptr }, { name: '192.0.2.1', type: 'PTR', recursion: false });
  assert.equal(finding.reason, '192.0.2.1 PTR: host.example.net from NS');
  assert.equal(finding.asked[0]?.name, '1.2.0.192.in-addr.arpa');
  assert.equal(finding.asked[0]?.recursion, false);
});

test('an expression that would never end is unknown, not a stuck box', async () => {
  const txt: Answer[] = [{ type: 'TXT', name: 'example.net', data: `${'a'.repeat(80)}!` }];
  const finding = await ask({ answers: txt }, { type: 'TXT', expect: { matches: '^(a+)+$' } });
  assert.equal(finding.verdict, 'unknown');
  assert.match(finding.reason, /takes too long/);
});
