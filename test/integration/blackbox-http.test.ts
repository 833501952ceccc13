import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ask, listen, sending, site, wire } from '../collector/probes/http/asking.ts';
import { issue, makeAuthority } from '../collector/probes/issued.ts';
import { requireProgram } from '../require-program.ts';
import type { Told } from '../told.ts';
import { type Said, startBlackbox } from './blackbox.ts';

const http = { preferred_ip_protocol: 'ip4', ip_protocol_fallback: false, no_follow_redirects: false };

/** Samples that must be the same, where both have them; times differ, and a few are only ours or only theirs. */
const SAME = [
  'probe_http_status_code',
  'probe_http_redirects',
  'probe_http_ssl',
  'probe_http_version',
  'probe_ip_protocol',
  'probe_failed_due_to_regex',
  'probe_http_content_length',
  'probe_http_uncompressed_body_length',
  'probe_http_last_modified_timestamp_seconds',
  'probe_ssl_earliest_cert_expiry',
  'probe_ssl_last_chain_expiry_timestamp_seconds',
  'probe_tls_version_info{version="TLS 1.3"}',
  'probe_tls_version_info{version="TLS 1.2"}',
];

function agree(what: string, ours: Told, theirs: Said): void {
  const up = ours.verdict === 'up' || ours.verdict === 'degraded' ? 1 : 0;
  assert.equal(up, theirs.get('probe_success'), `${what}: we say ${ours.verdict}, ${ours.reason}`);
  const mine = new Map(
    (ours.samples ?? []).map((one) => {
      const labels = Object.entries(one.labels).map(([name, value]) => `${name}="${value}"`);
      return [labels.length === 0 ? one.name : `${one.name}{${labels.join(',')}}`, one.value];
    }),
  );
  for (const name of SAME) {
    // It counts a redirect that it does not follow.
    if (name === 'probe_http_redirects' && what.startsWith('stay ')) continue;
    const [our, their] = [mine.get(name), theirs.get(name)];
    if (our !== undefined && their !== undefined && up === 1) assert.equal(our, their, `${what}: ${name}`);
  }
  if (up === 0) assert.equal(mine.get('probe_http_status_code'), theirs.get('probe_http_status_code'), what);
  for (const phase of ['resolve', 'connect', 'processing', 'transfer'])
    if (up === 1)
      assert.ok(
        theirs.has(`probe_http_duration_seconds{phase="${phase}"}`) &&
          mine.has(`probe_http_duration_seconds{phase="${phase}"}`),
      );
}

test('our http verdicts and numbers are those of blackbox_exporter', async (t) => {
  const program = requireProgram('prometheus-blackbox-exporter', t);
  if (program === undefined) return;
  await using blackbox = await startBlackbox(program, {
    plain: { prober: 'http', http },
    hasty: { prober: 'http', timeout: '1s', http },
    gone: { prober: 'http', http: { ...http, valid_status_codes: [404] } },
    stay: { prober: 'http', http: { ...http, no_follow_redirects: true, valid_status_codes: [301] } },
    text: { prober: 'http', http: { ...http, fail_if_body_not_matches_regexp: ['Wel.ome'] } },
    gzip: { prober: 'http', http: { ...http, compression: 'gzip', headers: { 'Accept-Encoding': 'gzip' } } },
    header: {
      prober: 'http',
      http: { ...http, fail_if_header_not_matches: [{ header: 'Server', regexp: 'shop' }] },
    },
    post: { prober: 'http', http: { ...http, method: 'POST', body: 'hello' } },
  });
  await using shop = await site((request, response) => {
    response.setHeader('Server', 'shop');
    const path = request.url ?? '/';
    if (path === '/moved') return response.writeHead(301, { location: '/' }).end();
    if (path === '/circle') return response.writeHead(302, { location: '/circle' }).end();
    if (path === '/gone') return response.writeHead(404).end('Gone');
    if (path === '/broken') return response.writeHead(503).end('Sorry');
    if (path === '/dated') response.setHeader('Last-Modified', 'Wed, 21 Oct 2015 07:28:00 GMT');
    if (path === '/chunks') return response.write('Wel') && response.end('come');
    if (path === '/gzip') return response.setHeader('Content-Encoding', 'gzip').end(gzipSync('Welcome '.repeat(99)));
    if (path === '/post') return response.writeHead(request.method === 'POST' ? 200 : 405).end();
    return response.end('Welcome');
  });
  await using silent = await wire(() => {});
  await using cut = await sending('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nWelcome');
  await using babble = await sending('220 mail.test ESMTP\r\n');
  const cases: readonly (readonly [string, string, object])[] = [
    [`${shop.url}/`, 'plain', {}],
    [`${shop.url}/moved`, 'plain', {}],
    [`${shop.url}/moved`, 'stay', { expect: { status: 301 } }],
    [`${shop.url}/circle`, 'plain', {}],
    [`${shop.url}/gone`, 'plain', {}],
    [`${shop.url}/gone`, 'gone', { expect: { status: 404 } }],
    [`${shop.url}/broken`, 'plain', {}],
    [`${shop.url}/dated`, 'plain', {}],
    [`${shop.url}/chunks`, 'plain', {}],
    [`${shop.url}/`, 'text', { expect: { body: { matches: 'Wel.ome' } } }],
    [`${shop.url}/gone`, 'text', { expect: { body: { matches: 'Wel.ome' } } }],
    [`${shop.url}/gzip`, 'gzip', { headers: { 'Accept-Encoding': 'gzip' } }],
    [`${shop.url}/`, 'header', { expect: { headers: { server: { matches: 'shop' } } } }],
    [`${shop.url}/post`, 'post', { body: 'hello' }],
    [`${shop.url}/post`, 'plain', {}],
    [silent.url, 'hasty', {}],
    [cut.url, 'plain', {}],
    [babble.url, 'plain', {}],
    ['http://127.0.0.1:1/', 'plain', {}],
    ['http://nowhere.invalid/', 'plain', {}],
    [shop.url.replace('http:', 'https:'), 'plain', {}],
  ];
  for (const [url, module, settings] of cases) {
    const [ours, theirs] = await Promise.all([
      ask({ url, ip: 4, ...settings }, { timeoutMs: module === 'hasty' ? 1_000 : 10_000 }),
      blackbox.probe(url, module),
    ]);
    agree(`${module} ${url}`, ours, theirs);
  }
});

test('our judgement of certificates is that of blackbox_exporter', async (t) => {
  const program = requireProgram('prometheus-blackbox-exporter', t);
  if (program === undefined) return;
  const authority = await makeAuthority();
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-ca-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, authority.cert);
  await using blackbox = await startBlackbox(program, {
    private: { prober: 'http', http: { ...http, tls_config: { ca_file: ca } } },
    public: { prober: 'http', http },
    blind: { prober: 'http', http: { ...http, tls_config: { insecure_skip_verify: true } } },
  });
  const by = authority;
  const sites = {
    good: await issue({ by }),
    expired: await issue({ by, from: -9, until: -1 }),
    early: await issue({ by, from: 2, until: 9 }),
    other: await issue({ by, names: ['other.test'], addresses: [] }),
    own: await issue({}),
  };
  for (const [what, pair] of Object.entries(sites)) {
    for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
      const server = createServer({ ...pair, maxVersion }, (_request, response) => response.end('Welcome'));
      server.on('tlsClientError', () => {});
      await using shop = await listen(server, '127.0.0.1');
      const url = `https://localhost:${shop.port}/`;
      for (const [module, tls] of [
        ['private', { ca: authority.cert }],
        ['public', {}],
        ['blind', { verify: false }],
      ] as const) {
        const [ours, theirs] = await Promise.all([ask({ url, ip: 4, tls }), blackbox.probe(url, module)]);
        agree(`${what}, ${maxVersion}, ${module}`, ours, theirs);
      }
    }
  }
});
