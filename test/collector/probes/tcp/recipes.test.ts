import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { probe } from '../../../../collector/probes/tcp/probe.ts';
import { settings, type TcpSpec } from '../../../../collector/probes/tcp/spec.ts';
import { loadConfig } from '../../../../config/door.ts';
import { issue, makeAuthority } from '../issued.ts';
import { onLine, startTcp, startTls } from '../loopback-server.ts';
import { runProbe } from '../run-probe.ts';
import { startSmtp } from './smtp-server.ts';

const DOCS = join(import.meta.dirname, '../../../../docs/probes');
const authority = await makeAuthority();
const certificate = await issue({ by: authority });

async function monitorsOf(page: string) {
  const blocks = [...readFileSync(join(DOCS, page), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)];
  const folder = mkdtempSync(join(tmpdir(), 'recipes-'));
  try {
    writeFileSync(join(folder, 'home-ca.pem'), authority.cert);
    const monitors = [];
    for (const [, text = ''] of blocks) {
      writeFileSync(join(folder, 'signalbox.yml'), text);
      const env = { ...process.env, REDIS_PASSWORD: 'correct-horse' };
      monitors.push(...(await loadConfig(join(folder, 'signalbox.yml'), { env })).config.monitors);
    }
    return monitors;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const page of ['tcp.md', 'tls.md', 'dns.md', 'icmp.md'])
  test(`what ${page} shows is a config that is accepted`, async () => {
    assert.ok((await monitorsOf(page)).length >= 2);
  });

const lines = (greeting: string, answer: (line: string) => string | undefined) => (socket: Socket) => {
  if (greeting !== '') socket.write(greeting);
  onLine(socket, (line) => socket.write(answer(line) ?? ''));
};

const irc = (wantsPong: boolean) =>
  lines('', (line) => {
    const welcome = ':irc 001 signalbox :Welcome\r\n';
    if (line.startsWith('USER')) return wantsPong ? 'PING :1a2b\r\n' : welcome;
    if (line === 'PONG :1a2b') return welcome;
    return line.startsWith('QUIT') ? 'ERROR :Closing link\r\n' : undefined;
  });

const SERVERS: Readonly<Record<string, () => ReturnType<typeof startTcp>>> = {
  mail: () => startSmtp(certificate),
  imap: () =>
    startTls(
      certificate,
      lines('* OK ready\r\n', (line) => `* BYE\r\n${line.split(' ')[0]} OK done\r\n`),
    ),
  'irc, asking first': () => startTls(certificate, irc(true)),
  'irc, at once': () => startTls(certificate, irc(false)),
  redis: () =>
    startTcp(
      lines('', (line) => (line === 'AUTH correct-horse' ? '+OK\r\n' : line === 'PING' ? '+PONG\r\n' : '-ERR\r\n')),
    ),
  ssh: () => startTcp(lines('SSH-2.0-OpenSSH_9.2\r\n', () => undefined)),
};

for (const [what, start] of Object.entries(SERVERS))
  test(`the recipe works: ${what}`, async () => {
    const [name] = what.split(',');
    const recipe = (await monitorsOf('tcp.md')).findLast((one) => one.name === name);
    const spec = recipe?.spec as TcpSpec;
    await using server = await start();
    const here: TcpSpec = {
      ...spec,
      address: { host: 'localhost', port: server.port },
      ...(spec.tls && { tls: { ...spec.tls, ca: authority.cert } }),
    };
    const kind = { settings: { ...settings, schema: { parse: () => here } as never }, probe };
    const finding = await runProbe<TcpSpec>(kind, {}, { timeoutMs: 4_000 });
    assert.equal(finding.verdict, 'up', finding.reason);
  });
