import assert from 'node:assert/strict';
import { createServer, type ServerOptions } from 'node:https';
import { test } from 'node:test';
import { Secret } from '../../../../model/secret.ts';
import { issue, makeAuthority } from '../issued.ts';
import { ask, listen, type Site, sampled, site } from './asking.ts';

const authority = await makeAuthority();
const trusted = await issue({ by: authority, names: ['shop.test'], addresses: [], until: 60 });

/** A site by TLS that greets, and says in which name it was asked. */
function secureSite(options: ServerOptions): Promise<Site> {
  const server = createServer(options, (request, response) => {
    const { socket } = request as unknown as { socket: { servername?: string | false } };
    response.end(`Welcome to ${socket.servername}`);
  });
  server.on('tlsClientError', () => {});
  return listen(server, '127.0.0.1');
}

/** Asks `https://shop.test` on a site with these certificates, trusting the tests' authority. */
async function askSecure(options: ServerOptions, tls: object = {}, more: object = {}) {
  await using shop = await secureSite(options);
  return await ask({ url: `https://shop.test:${shop.port}/`, tls: { ca: authority.cert, ...tls }, ...more });
}

test('a site by TLS is up, with its certificate in the numbers', async () => {
  const finding = await askSecure(trusted, { days: 14 }, { expect: { body: 'Welcome to shop.test' } });
  assert.equal(finding.reason, '200 OK');
  assert.deepEqual(Object.keys(finding.phases ?? {}), ['resolve', 'connect', 'tls', 'processing', 'transfer']);
  assert.equal(sampled(finding, 'probe_http_ssl'), 1);
  const expiry = sampled(finding, 'probe_ssl_earliest_cert_expiry') ?? 0;
  assert.ok(Math.abs(expiry - Date.now() / 1_000 - 60 * 86_400) < 600);
  assert.equal(sampled(finding, 'probe_ssl_last_chain_expiry_timestamp_seconds'), expiry);
});

test('a certificate that ends soon is degraded, and so long as it works nothing worse', async () => {
  const soon = await issue({ by: authority, names: ['shop.test'], until: 9.5 });
  const finding = await askSecure(soon, { days: 14 });
  assert.deepEqual([finding.verdict, finding.reason], ['degraded', 'TLS certificate ends in 9 days']);
  assert.match(String(finding.evidence?.certificates), /^shop\.test, issued by Test Authority, valid /);
  assert.equal((await askSecure(soon)).verdict, 'up');
  const broken = await askSecure(soon, { days: 14 }, { expect: { body: 'Farewell' } });
  assert.deepEqual([broken.verdict, broken.reason], ['down', 'body does not contain "Farewell"']);
});

test('a certificate that is not accepted is down in words, and nothing was sent', async () => {
  const over = await askSecure(await issue({ by: authority, names: ['shop.test'], from: -9, until: -0.13 }));
  assert.deepEqual([over.verdict, over.reason], ['down', 'TLS certificate expired 3 h ago']);
  assert.equal(sampled(over, 'probe_http_status_code'), 0);
  assert.equal(sampled(over, 'probe_ssl_last_chain_expiry_timestamp_seconds'), undefined);
  assert.match(String(over.evidence?.certificates), /shop\.test/);
  const other = await askSecure(await issue({ by: authority, names: ['blog.test', 'www.blog.test'], addresses: [] }));
  assert.equal(other.reason, 'TLS certificate is for blog.test and www.blog.test, not for shop.test');
  const own = await issue({ names: ['shop.test'] });
  assert.equal((await askSecure(own)).reason, 'TLS certificate is self-signed');
  assert.equal((await askSecure(own, { ca: undefined, verify: false })).reason, '200 OK');
  let asked = 0;
  const server = createServer(own, (_request, response) => {
    asked++;
    response.end();
  });
  await using shop = await listen(server, '127.0.0.1');
  await ask({ url: `https://shop.test:${shop.port}/`, auth: { bearer: new Secret('t0ken') } });
  assert.equal(asked, 0);
});

test('a dot at the end of the name is no part of what the certificate is for', async () => {
  await using shop = await secureSite(trusted);
  const finding = await ask({ url: `https://shop.test.:${shop.port}/`, tls: { ca: authority.cert } });
  assert.equal(finding.reason, '200 OK');
});

test('another server name can be asked for', async () => {
  const elsewhere = await issue({ by: authority, names: ['inner.test'] });
  const finding = await askSecure(
    elsewhere,
    { server_name: 'inner.test' },
    { expect: { body: 'Welcome to inner.test' } },
  );
  assert.equal(finding.reason, '200 OK');
});

test('a certificate may be wanted for many names, and for a least version', async () => {
  const names = ['shop.test', 'a.test', 'b.test', 'c.test', 'd.test'];
  const many = await issue({ by: authority, names });
  assert.equal((await askSecure(many, { names })).reason, '200 OK');
  assert.match((await askSecure(many, { names: [...names, 'e.test'] })).reason, /^TLS certificate is not for e\.test/);
  const old = await askSecure({ ...many, maxVersion: 'TLSv1.2' }, { min_version: '1.3' });
  assert.equal(old.reason, 'server speaks TLS 1.2 at best, wanted TLS 1.3');
});

test('a client certificate is shown to whom it is for', async () => {
  const client = await issue({ by: authority, names: ['signalbox'] });
  const picky: ServerOptions = { ...trusted, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
  const shown = { cert: client.cert, key: new Secret(client.key) };
  assert.equal((await askSecure(picky, shown)).reason, '200 OK');
  assert.equal((await askSecure(picky)).reason, 'server wants a client certificate');
  assert.match((await askSecure({ ...picky, maxVersion: 'TLSv1.2' })).reason, /client certificate/);
});

test('a redirect from http to https counts as one check, with the phases of both', async () => {
  await using shop = await secureSite(trusted);
  await using plain = await site((_request, response) => {
    response.writeHead(301, { location: `https://shop.test:${shop.port}/` }).end();
  });
  const finding = await ask({ url: `http://shop.test:${plain.port}/`, tls: { ca: authority.cert, days: 90 } });
  assert.equal(finding.verdict, 'degraded', 'the certificate of another origin is looked at too');
  assert.equal(sampled(finding, 'probe_http_redirects'), 1);
  assert.ok((finding.phases?.tls ?? 0) > 0);
});

test('a name that is an address is checked as one', async () => {
  const numbered = await issue({ by: authority, names: ['shop.test'], addresses: ['127.0.0.1'] });
  await using shop = await secureSite(numbered);
  const url = `https://127.0.0.1:${shop.port}/`;
  assert.equal((await ask({ url, tls: { ca: authority.cert } })).reason, '200 OK');
  await using other = await secureSite(trusted);
  assert.match(
    (await ask({ url: `https://127.0.0.1:${other.port}/`, tls: { ca: authority.cert } })).reason,
    /not for 127\.0\.0\.1$/,
  );
});
