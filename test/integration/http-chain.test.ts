import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { test } from 'node:test';
import { ask, listen, sampled } from '../collector/probes/http/asking.ts';
import { requireProgram } from '../require-program.ts';
import type { Told } from '../told.ts';
import { type Chain, makeChain } from './openssl-chain.ts';

/** One check of a site that sends these certificates, trusting the chain's root. */
async function askChain(chain: Chain, sent: readonly string[], tls: object = {}): Promise<Told> {
  const server = createServer({ key: chain.key, cert: sent.join('') }, (_request, response) => response.end('Welcome'));
  server.on('tlsClientError', () => {});
  await using shop = await listen(server, '127.0.0.1');
  return await ask({ url: `https://shop.test:${shop.port}/`, tls: { ca: chain.root, ...tls } });
}

const seconds = (days: number): number => Date.now() / 1_000 + days * 86_400;

test('a chain counts by its first certificate to end, also when that is not the server’s own', async (t) => {
  const openssl = requireProgram('openssl', t);
  if (openssl === undefined) return;
  const chain = makeChain(openssl, 'shop.test', { middle: 9, leaf: 60 });
  const finding = await askChain(chain, [chain.leaf, chain.middle], { days: 14 });
  assert.deepEqual(
    [finding.verdict, finding.reason],
    ['degraded', 'TLS certificate of the issuer Chain Middle ends in 8 days'],
  );
  assert.ok(Math.abs((sampled(finding, 'probe_ssl_earliest_cert_expiry') ?? 0) - seconds(9)) < 600);
  assert.equal([finding.evidence?.certificates].flat().length, 3);
});

test('a chain sent without its middle is down, and that is what is said', async (t) => {
  const openssl = requireProgram('openssl', t);
  if (openssl === undefined) return;
  const chain = makeChain(openssl, 'shop.test');
  assert.equal((await askChain(chain, [chain.leaf, chain.middle])).reason, '200 OK');
  const finding = await askChain(chain, [chain.leaf]);
  assert.equal(finding.verdict, 'down');
  assert.equal(
    finding.reason,
    "TLS certificate's issuer Chain Middle is not known here: another authority, or a chain sent without its middle",
  );
});

test('an authority that nobody here trusts is named', async (t) => {
  const openssl = requireProgram('openssl', t);
  if (openssl === undefined) return;
  const chain = makeChain(openssl, 'shop.test');
  const finding = await askChain(chain, [chain.leaf, chain.middle, chain.root], { ca: undefined });
  assert.equal(finding.reason, 'TLS certificate comes from Chain Root, which is not trusted here');
  assert.equal((await askChain(chain, [chain.leaf], { ca: undefined, verify: false })).verdict, 'up');
});
