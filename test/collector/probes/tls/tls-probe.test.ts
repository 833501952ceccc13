import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probe } from '../../../../collector/probes/tls/probe.ts';
import { settings } from '../../../../collector/probes/tls/spec.ts';
import { Secret } from '../../../../model/secret.ts';
import { issue, makeAuthority } from '../issued.ts';
import { startTcp, startTls } from '../loopback-server.ts';
import { mistakes, runProbe, sampled } from '../run-probe.ts';

const tls = { settings, probe };
const authority = await makeAuthority();
const trusted = await issue({ by: authority, names: ['localhost', '*.shop.example'], until: 60 });

async function check(options: Parameters<typeof startTls>[0], written: Record<string, unknown> = {}) {
  await using server = await startTls(options);
  return await runProbe(tls, { address: `localhost:${server.port}`, ca: authority.cert, ...written });
}

test('a trusted certificate for the right name is up, and says how long', async () => {
  const finding = await check(trusted);
  assert.equal(finding.verdict, 'up', finding.reason);
  assert.match(finding.reason, /^TLS 1\.3, certificate ends in (59|60) days$/);
  assert.deepEqual(Object.keys(finding.phases ?? {}), ['resolve', 'connect', 'tls']);
  assert.equal(sampled(finding, 'probe_tls_version_info{version="TLS 1.3"}'), 1);
  const expiry = sampled(finding, 'probe_ssl_earliest_cert_expiry') ?? 0;
  assert.ok(Math.abs(expiry - Date.now() / 1_000 - 60 * 86_400) < 600);
  assert.ok((sampled(finding, 'probe_ssl_last_chain_expiry_timestamp_seconds') ?? 0) > 0);
});

test('a certificate that ends soon is degraded, one that ended is down', async () => {
  const soon = await check(await issue({ by: authority, until: 5.5 }));
  assert.deepEqual([soon.verdict, soon.reason], ['degraded', 'TLS certificate ends in 5 days']);
  assert.equal((await check(await issue({ by: authority, until: 5.5 }), { days: 3 })).verdict, 'up');
  const over = await check(await issue({ by: authority, from: -9, until: -0.13 }));
  assert.deepEqual([over.verdict, over.reason], ['down', 'TLS certificate expired 3 h ago']);
  assert.ok(Array.isArray(over.evidence?.certificates));
  const early = await check(await issue({ by: authority, from: 2.5, until: 9 }));
  assert.match(early.reason, /is not valid for another 2 days/);
});

test('a certificate for another name, or from somebody unknown, is down and names it', async () => {
  const other = await check(await issue({ by: authority, names: ['elsewhere.example'], addresses: [] }));
  assert.deepEqual(
    [other.verdict, other.reason],
    ['down', 'TLS certificate is for elsewhere.example, not for localhost'],
  );
  const own = await check(await issue({}));
  assert.deepEqual([own.verdict, own.reason], ['down', 'TLS certificate is self-signed']);
  const stranger = await check(await issue({ by: await makeAuthority('Stranger') }));
  assert.equal(stranger.verdict, 'down');
  assert.match(stranger.reason, /Stranger/);
  assert.equal((await check(await issue({}), { ca: undefined, verify: false })).verdict, 'up');
});

test('further names and another server name are looked for in the certificate', async () => {
  const both = await check(trusted, { names: ['www.shop.example', '127.0.0.1'] });
  assert.equal(both.verdict, 'up', both.reason);
  const missing = await check(trusted, { names: ['mail.example', 'localhost'] });
  assert.match(missing.reason, /^TLS certificate is not for mail\.example, only for localhost, \*\.shop\.example/);
  assert.equal((await check(trusted, { server_name: 'www.shop.example' })).verdict, 'up');
});

test('an old protocol version is down where a newer one is wanted', async () => {
  const old = { ...trusted, maxVersion: 'TLSv1.2' as const };
  assert.match((await check(old)).reason, /^TLS 1\.2, /);
  const finding = await check(old, { min_version: '1.3' });
  assert.deepEqual([finding.verdict, finding.reason], ['down', 'server speaks TLS 1.2 at best, wanted TLS 1.3']);
});

test('a port that does not speak TLS says so', async () => {
  await using server = await startTcp((socket) => socket.write('220 mail ESMTP\r\n'));
  const finding = await runProbe(tls, { address: server.address });
  assert.deepEqual([finding.verdict, finding.reason], ['down', 'does not speak TLS on this port']);
});

test('a server that wants a client certificate gets it', async () => {
  const strict = {
    ...trusted,
    ca: authority.cert,
    requestCert: true,
    rejectUnauthorized: true,
    maxVersion: 'TLSv1.2' as const,
  };
  assert.equal((await check(strict)).verdict, 'down');
  const client = await issue({ by: authority, names: ['client.example'] });
  assert.equal((await check(strict, { cert: client.cert, key: new Secret(client.key) })).verdict, 'up');
});

test('mistakes in TLS settings are told', () => {
  const wrong = (written: Record<string, unknown>) =>
    mistakes(settings, { address: 'example.net', ...written })[0] ?? '';
  assert.equal(wrong({}), '');
  assert.match(wrong({ verify: false, ca: authority.cert }), /^ca: no ca where verify is false/);
  assert.match(wrong({ min_version: '1.0' }), /^min_version/);
  assert.match(wrong({ names: ['-x'] }), /^names/);
  assert.match(wrong({ ca: 'text' }), /^ca: /);
});
