import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { probe as dnsProbe } from '../../collector/probes/dns/probe.ts';
import { settings as dnsSettings } from '../../collector/probes/dns/spec.ts';
import { probe as icmpProbe } from '../../collector/probes/icmp/probe.ts';
import { settings as icmpSettings } from '../../collector/probes/icmp/spec.ts';
import { probe as tcpProbe } from '../../collector/probes/tcp/probe.ts';
import { settings as tcpSettings } from '../../collector/probes/tcp/spec.ts';
import { probe as tlsProbe } from '../../collector/probes/tls/probe.ts';
import { settings as tlsSettings } from '../../collector/probes/tls/spec.ts';
import { a, soa, startNameServer } from '../collector/names/name-server.ts';
import { issue, makeAuthority } from '../collector/probes/issued.ts';
import { onLine, startTcp, startTls } from '../collector/probes/loopback-server.ts';
import { runProbe, sampled } from '../collector/probes/run-probe.ts';
import { requireProgram } from '../require-program.ts';
import type { Told } from '../told.ts';
import { type Said, startBlackbox } from './blackbox.ts';

const tcp = { settings: tcpSettings, probe: tcpProbe };
const tls = { settings: tlsSettings, probe: tlsProbe };
const dns = { settings: dnsSettings, probe: dnsProbe };
const icmp = { settings: icmpSettings, probe: icmpProbe };

/** Numbers that must be the same where both have them. */
const SAME = [
  'probe_ip_protocol',
  'probe_ssl_earliest_cert_expiry',
  'probe_ssl_last_chain_expiry_timestamp_seconds',
  'probe_tls_version_info{version="TLS 1.3"}',
  'probe_tls_version_info{version="TLS 1.2"}',
  'probe_failed_due_to_regex',
  'probe_dns_query_succeeded',
  'probe_dns_answer_rrs',
  'probe_dns_authority_rrs',
  'probe_dns_additional_rrs',
  'probe_dns_serial',
  'probe_icmp_reply_hop_limit',
];

/** Times, which both must have when both have the first of them, and which must be times of loopback. */
const TIMES = [
  'probe_dns_lookup_time_seconds',
  'probe_dns_duration_seconds{phase="resolve"}',
  'probe_dns_duration_seconds{phase="request"}',
  'probe_icmp_duration_seconds{phase="resolve"}',
  'probe_icmp_duration_seconds{phase="setup"}',
  'probe_icmp_duration_seconds{phase="rtt"}',
];

/** Where we differ from blackbox_exporter on purpose: what was checked, and why. Each case that differs must stand here. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'dns nodata': 'a name without the record that was asked for is down for us; it takes any NOERROR for success',
  'dns truncated': 'we fetch a cut answer by TCP, as every resolver does; it judges the empty one that came by UDP',
  'tcp smtp banner without its dialogue end':
    'we look at what came without a line end after a moment; it reads whole lines only',
};

/** Numbers that differ on purpose in one case. */
const OTHER_NUMBERS: Readonly<Record<string, readonly [name: string, why: string]>> = {
  'tcp ssh where mail is': [
    'probe_failed_due_to_regex',
    'a wrong greeting is wrong for us also when the server then waits; it says so only once the connection ended',
  ],
  'tcp irc where ssh is': ['probe_failed_due_to_regex', 'likewise'],
};

function isUp(finding: Told): number {
  return finding.verdict === 'up' || finding.verdict === 'degraded' ? 1 : 0;
}

function compare(what: string, ours: Told, theirs: Said): void {
  assert.notEqual(ours.verdict, 'unknown', `${what}: ${ours.reason}`);
  const differs = isUp(ours) !== theirs.get('probe_success');
  assert.equal(differs, what in DIFFERENCES, `${what}: we say ${ours.verdict}, ${ours.reason}`);
  if (differs) return;
  for (const name of SAME) {
    const [our, their] = [sampled(ours, name), theirs.get(name)];
    if (our === undefined || their === undefined) continue;
    assert.equal(
      our !== their,
      OTHER_NUMBERS[what]?.[0] === name,
      `${what}: ${name} is ${our} for us, ${their} for it`,
    );
  }
  for (const name of TIMES) {
    const [our, their] = [sampled(ours, name), theirs.get(name)];
    if (isUp(ours) === 1) assert.equal(our === undefined, their === undefined, `${what}: ${name}`);
    if (our !== undefined) assert.ok(our >= 0 && our < 5, `${what}: ${name} is ${our}`);
  }
}

type Case = readonly [what: string, target: string, module: string, ours: () => Promise<Told>];

async function compareAll(blackbox: Awaited<ReturnType<typeof startBlackbox>>, cases: readonly Case[]): Promise<void> {
  for (const [what, target, module, ours] of cases) {
    const [finding, said] = await Promise.all([ours(), blackbox.probe(target, module)]);
    compare(what, finding, said);
  }
}

const base = { preferred_ip_protocol: 'ip4', ip_protocol_fallback: false };

test('our tcp verdicts and numbers are those of blackbox_exporter', async (t) => {
  const program = requireProgram('prometheus-blackbox-exporter', t);
  if (program === undefined) return;
  const responses = (...query_response: object[]) => ({
    prober: 'tcp',
    timeout: '4s',
    tcp: { ...base, query_response },
  });
  await using blackbox = await startBlackbox(program, {
    open: { prober: 'tcp', timeout: '4s', tcp: base },
    ssh: responses({ expect: '^SSH-2.0-' }),
    irc: responses({ send: 'NICK p\r' }, { expect: 'PING :([^ ]+)', send: `PONG $\{1}\r` }, { expect: '^:[^ ]+ 001' }),
    mail: responses({ expect: '^220 ' }, { send: 'EHLO p\r' }, { expect: '^250 ' }),
  });
  await using ssh = await startTcp((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
  await using irc = await startTcp((socket) =>
    onLine(socket, (line) => {
      if (line.startsWith('NICK')) socket.write('PING :12ab\r\n');
      else if (line === 'PONG 12ab') socket.write(':irc 001 p :Welcome\r\n');
    }),
  );
  await using mail = await startTcp((socket) => {
    socket.write('220 mail ESMTP\r\n');
    onLine(socket, () => socket.write('250-mail\r\n250 SIZE\r\n'));
  });
  await using busy = await startTcp((socket) => socket.end('421 too busy\r\n'));
  await using unended = await startTcp((socket) => socket.write('SSH-2.0-unended'));
  const ircTalk = [{ send: 'NICK p' }, { expect: 'PING :(\\S+)' }, { send: 'PONG {1}' }, { expect: '^:\\S+ 001' }];
  const mailTalk = [{ expect: '^220 ' }, { send: 'EHLO p' }, { expect: '^250 ' }];
  const ours = (address: string, more: object) => () => runProbe(tcp, { address, ...more }, { timeoutMs: 4_000 });
  await compareAll(blackbox, [
    ['tcp open', ssh.address, 'open', ours(ssh.address, {})],
    ['tcp refused', '127.0.0.1:1', 'open', ours('127.0.0.1:1', {})],
    ['tcp no such name', 'nowhere.invalid:1', 'open', ours('nowhere.invalid:1', {})],
    ['tcp ssh', ssh.address, 'ssh', ours(ssh.address, { expect: '^SSH-2\\.0-' })],
    ['tcp ssh where mail is', mail.address, 'ssh', ours(mail.address, { expect: '^SSH-2\\.0-' })],
    ['tcp irc', irc.address, 'irc', ours(irc.address, { talk: ircTalk })],
    ['tcp irc where ssh is', ssh.address, 'irc', ours(ssh.address, { talk: ircTalk })],
    ['tcp mail', mail.address, 'mail', ours(mail.address, { talk: mailTalk })],
    ['tcp mail that hangs up', busy.address, 'mail', ours(busy.address, { talk: mailTalk })],
    ['tcp smtp banner without its dialogue end', unended.address, 'ssh', ours(unended.address, { expect: '^SSH-2' })],
  ]);
});

test('our judgement of TLS is that of blackbox_exporter, also inside a conversation', async (t) => {
  const program = requireProgram('prometheus-blackbox-exporter', t);
  if (program === undefined) return;
  const by = await makeAuthority();
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-ca-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'ca.pem'), by.cert);
  const module = (tls_config: object) => ({ prober: 'tcp', timeout: '4s', tcp: { ...base, tls: true, tls_config } });
  await using blackbox = await startBlackbox(program, {
    private: module({ ca_file: join(folder, 'ca.pem') }),
    public: module({}),
    blind: module({ insecure_skip_verify: true }),
  });
  const sites = {
    good: await issue({ by }),
    expired: await issue({ by, from: -9, until: -1 }),
    early: await issue({ by, from: 2, until: 9 }),
    other: await issue({ by, names: ['other.test'], addresses: [] }),
    own: await issue({}),
  };
  for (const [what, pair] of Object.entries(sites)) {
    for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
      await using server = await startTls({ ...pair, maxVersion });
      const address = `localhost:${server.port}`;
      const settings = { private: { ca: by.cert }, public: {}, blind: { verify: false } };
      await compareAll(
        blackbox,
        Object.entries(settings).flatMap(([trust, more]): Case[] => [
          [`tls ${what} ${maxVersion} ${trust}`, address, trust, () => runProbe(tls, { address, ip: 4, ...more })],
          [
            `tcp tls ${what} ${maxVersion} ${trust}`,
            address,
            trust,
            () => runProbe(tcp, { address, ip: 4, tls: more }),
          ],
        ]),
      );
    }
  }
  await using plain = await startTcp((socket) => socket.write('220 mail ESMTP\r\n'));
  await compareAll(blackbox, [
    ['tls plain', plain.address, 'blind', () => runProbe(tls, { address: plain.address, verify: false })],
    ['tls refused', '127.0.0.1:1', 'blind', () => runProbe(tls, { address: '127.0.0.1:1' })],
  ]);
});

test('our dns verdicts and numbers are those of blackbox_exporter', async (t) => {
  const program = requireProgram('prometheus-blackbox-exporter', t);
  if (program === undefined) return;
  const module = (query_name: string, query_type: string, more: object = {}) => ({
    prober: 'dns',
    timeout: '4s',
    dns: { ...base, query_name, query_type, ...more },
  });
  await using blackbox = await startBlackbox(program, {
    a: module('example.net', 'A'),
    soa: module('example.net', 'SOA'),
    tcp: module('example.net', 'A', { transport_protocol: 'tcp' }),
    gone: module('gone.example.net', 'A'),
    refused: module('refused.example.net', 'A'),
    wanted: module('gone.example.net', 'A', { valid_rcodes: ['NXDOMAIN'] }),
    nodata: module('example.net', 'TXT'),
    truncated: module('long.example.net', 'A', { validate_answer_rrs: { fail_if_none_matches_regexp: ['192.0.2.1'] } }),
    right: module('example.net', 'A', { validate_answer_rrs: { fail_if_none_matches_regexp: ['192\\.0\\.2\\.1$'] } }),
    wrong: module('example.net', 'A', { validate_answer_rrs: { fail_if_none_matches_regexp: ['10\\.0\\.0\\.1$'] } }),
    silent: module('silent.example.net', 'A'),
  });
  await using server = await startNameServer(({ name, type }) => {
    if (name === 'gone.example.net') return { rcode: 'NXDOMAIN', authorities: [soa('example.net', 7)] };
    if (name === 'refused.example.net') return { rcode: 'REFUSED' };
    if (name === 'silent.example.net') return { silent: true };
    if (name === 'long.example.net') return { truncated: true, answers: [a(name, '192.0.2.1')] };
    if (type === 'SOA') return { answers: [soa(name, 2026112101)] };
    if (type === 'TXT') return { authorities: [soa(name, 7)] };
    return { answers: [a(name, '192.0.2.1'), a(name, '192.0.2.2')], additionals: [a(`ns.${name}`, '192.0.2.9')] };
  });
  const at = server.address;
  const ours =
    (name: string, more: object = {}) =>
    () =>
      runProbe(dns, { name, servers: at, ...more }, { timeoutMs: 4_000 });
  const name = 'example.net';
  await compareAll(blackbox, [
    ['dns a', at, 'a', ours(name)],
    ['dns soa', at, 'soa', ours(name, { type: 'SOA' })],
    ['dns tcp', at, 'tcp', ours(name, { transport: 'tcp' })],
    ['dns nxdomain', at, 'gone', ours('gone.example.net')],
    ['dns refused', at, 'refused', ours('refused.example.net')],
    ['dns nxdomain wanted', at, 'wanted', ours('gone.example.net', { expect: { rcode: 'NXDOMAIN' } })],
    ['dns nodata', at, 'nodata', ours(name, { type: 'TXT' })],
    ['dns truncated', at, 'truncated', ours('long.example.net', { expect: { contains: '192.0.2.1' } })],
    ['dns right answer', at, 'right', ours(name, { expect: { contains: '192.0.2.1' } })],
    ['dns wrong answer', at, 'wrong', ours(name, { expect: { contains: '10.0.0.1' } })],
    ['dns silent', at, 'silent', ours('silent.example.net')],
    [
      'dns nobody there',
      '127.0.0.1:1',
      'a',
      () => runProbe(dns, { name, servers: '127.0.0.1:1' }, { timeoutMs: 4_000 }),
    ],
  ]);
});

test('our icmp verdicts and numbers are those of blackbox_exporter', async (t) => {
  const program = requireProgram('prometheus-blackbox-exporter', t);
  if (program === undefined || requireProgram('fping', t) === undefined) return;
  const module = (preferred_ip_protocol: string) => ({
    prober: 'icmp',
    timeout: '4s',
    icmp: { preferred_ip_protocol },
  });
  await using blackbox = await startBlackbox(program, { ping: module('ip4'), ping6: module('ip6') });
  const ours =
    (host: string, more: object = {}) =>
    () =>
      runProbe(icmp, { host, count: 2, interval: '50ms', ...more }, { timeoutMs: 6_000 });
  await compareAll(blackbox, [
    ['icmp 4', '127.0.0.1', 'ping', ours('127.0.0.1')],
    ['icmp 6', '::1', 'ping6', ours('::1')],
    ['icmp name', 'localhost', 'ping', ours('localhost', { ip: 4 })],
    ['icmp no such name', 'nowhere.invalid', 'ping', ours('nowhere.invalid')],
  ]);
});
