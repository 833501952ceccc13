import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { probe as dnsProbe } from '../../../collector/probes/dns/probe.ts';
import { settings as dnsSettings } from '../../../collector/probes/dns/spec.ts';
import { probe as tcpProbe } from '../../../collector/probes/tcp/probe.ts';
import { settings as tcpSettings } from '../../../collector/probes/tcp/spec.ts';
import { probe as tlsProbe } from '../../../collector/probes/tls/probe.ts';
import { settings as tlsSettings } from '../../../collector/probes/tls/spec.ts';
import { until } from '../../integration/until.ts';
import { a, startNameServer } from '../names/name-server.ts';
import { issue } from './issued.ts';
import { startTcp, startTls } from './loopback-server.ts';
import { runProbe } from './run-probe.ts';
import { startSmtp } from './tcp/smtp-server.ts';

const dns = { settings: dnsSettings, probe: dnsProbe };
const tcp = { settings: tcpSettings, probe: tcpProbe };
const tls = { settings: tlsSettings, probe: tlsProbe };
const BRIEF = { timeoutMs: 20 };

const openFiles = () => readdirSync('/proc/self/fd').length;

test('checks leave no connection open, however they ended', async () => {
  const certificate = await issue({});
  await using names = await startNameServer(({ name }) =>
    name === 'silent' ? { silent: true } : { answers: [a(name, '192.0.2.1')] },
  );
  await using greeter = await startTcp((socket) => socket.resume().write('hi there, no TLS here\r\n'));
  await using secure = await startTls(certificate, (socket) => socket.resume());
  await using mail = await startSmtp(certificate);
  const servers = names.address;
  const starttls = [{ expect: '^220' }, { send: 'STARTTLS' }, { expect: '^220' }, { starttls: true }, { send: 'QUIT' }];
  const checks: readonly (() => Promise<unknown>)[] = [
    () => runProbe(dns, { name: 'example.net', servers }),
    () => runProbe(dns, { name: 'silent', servers }, BRIEF),
    () => runProbe(dns, { name: 'silent', servers, transport: 'tcp' }, BRIEF),
    () => runProbe(tcp, { address: greeter.address, expect: '^hi' }),
    () => runProbe(tcp, { address: greeter.address, expect: '^no' }, BRIEF),
    () => runProbe(tcp, { address: greeter.address, tls: true }),
    () => runProbe(tcp, { address: `localhost:${mail.port}`, talk: starttls }),
    () => runProbe(tcp, { address: `localhost:${mail.port}`, tls: { verify: false }, talk: starttls }),
    () => runProbe(tls, { address: secure.address }),
    () => runProbe(tls, { address: secure.address, verify: false }),
  ];
  await Promise.all(checks.map((check) => check()));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = openFiles();
  for (let round = 0; round < 10; round++) await Promise.all(checks.map((check) => check()));
  // Those of the other end close a moment later.
  await until(() => openFiles() <= before, 60_000, `no more than ${before} files are open`);
});
