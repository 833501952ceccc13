import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settings } from '../../../../collector/probes/http/spec.ts';
import { Secret } from '../../../../model/secret.ts';

const url = 'https://shop.test/';

/** The messages of everything that is wrong with settings, each with where it stands. */
function wrongWith(written: unknown): string[] {
  const parsed = settings.schema.safeParse(written);
  const issues = parsed.success ? (settings.lint?.(parsed.data) ?? []) : parsed.error.issues;
  return issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

test('what people write is understood, with its defaults', () => {
  assert.equal(settings.shorthand, 'url');
  const spec = settings.schema.parse({ url, expect: { status: [200, '3xx', '401-403'], body: 'Welcome' } });
  assert.deepEqual(spec, {
    url,
    expect: {
      status: [
        { from: 200, to: 200 },
        { from: 300, to: 399 },
        { from: 401, to: 403 },
      ],
      body: [{ contains: 'Welcome', not: false }],
    },
    redirects: { follow: 5 },
    max_body: 1_000_000,
  });
  assert.deepEqual(settings.schema.parse({ url, redirects: [{ to: '/a' }] }).redirects, { chain: [{ to: '/a' }] });
  assert.equal(settings.schema.parse({ url, method: 'post' }).method, 'POST');
  assert.deepEqual(wrongWith({ url, tls: { days: 14 }, ip: 'both', auth: { bearer: new Secret('t0ken') } }), []);
});

const REFUSED: readonly (readonly [string, object, RegExp])[] = [
  ['an address of another scheme', { url: 'ftp://shop.test/' }, /^url: an address such as/],
  ['a user in the address', { url: 'https://tom:pass@shop.test/' }, /^url: an address without user and password/],
  ['a secret in the address', { url: 'https://shop.test/?api_key=abc' }, /^url: a secret: .*parameter api_key/],
  ['an unknown setting', { url, follow: 3 }, /nrecognized key/],
  ['a method that is none', { url, method: 'FETCH' }, /^method: a method such as GET/],
  ['a body with GET', { url, method: 'GET', body: 'x' }, /^body: no body with GET/],
  ['a secret header in clear', { url, headers: { 'X-Auth-Token': 'abc' } }, /^headers\.X-Auth-Token: a secret/],
  ['a cookie in clear', { url, headers: { cookie: 'sid=abc' } }, /^headers\.cookie: a secret/],
  [
    'a header that smuggles another',
    { url, headers: { 'X-A': new Secret('a\r\nX-B: b') } },
    /^headers\.X-A: a header that can be sent/,
  ],
  ['a header name that is none', { url, headers: { 'X A': 'b' } }, /^headers\.X A: a header that can be sent/],
  ['a header of the framing', { url, headers: { 'Content-Length': '3' } }, /^headers\.Content-Length: no such header/],
  ['a header twice', { url, headers: { 'X-A': 'b', 'x-a': 'c' } }, /^headers\.x-a: each header once/],
  [
    'credentials twice',
    { url, auth: { bearer: new Secret('t0ken') }, headers: { Authorization: new Secret('Bearer x') } },
    /^auth: auth or an Authorization header/,
  ],
  ['a password in clear', { url, auth: { basic: { user: 'tom', password: 'pass' } } }, /^auth/],
  ['nothing expected', { url, expect: {} }, /^expect: at least one of/],
  ['a status that is none', { url, expect: { status: 99 } }, /^expect\.status/],
  ['a range turned round', { url, expect: { status: '300-200' } }, /^expect\.status/],
  [
    'a text wanted and forbidden',
    { url, expect: { body: ['Welcome back', { not: 'Welcome' }] } },
    /^expect\.body\.1: what can be met/,
  ],
  ['an expression that does not compile', { url, expect: { body: { matches: '(' } } }, /^expect\.body/],
  ['a JSON path that does not compile', { url, expect: { json: { path: '$.a[' } } }, /^expect\.json/],
  ['limits without room', { url, expect: { json: { path: '$.a', gt: 5, lt: 5 } } }, /^expect\.json\.0: limits between/],
  [
    'absent, but with a value',
    { url, expect: { json: { path: '$.a', exists: false, equals: 1 } } },
    /^expect\.json\.0: exists: false alone/,
  ],
  ['equal and more', { url, expect: { json: { path: '$.a', equals: 1, gt: 0 } } }, /^expect\.json\.0: equals alone/],
  ['a body of HEAD', { url, method: 'HEAD', expect: { body: 'x' } }, /^expect\.body: nothing: a HEAD/],
  [
    'a body of 204',
    { url, expect: { status: 204, json: { path: '$.a' } } },
    /^expect\.json: nothing: a response with that status/,
  ],
  ['a mark in the body of HEAD', { url, method: 'HEAD', expect: { mark: 'x' } }, /^expect\.mark: nothing/],
  ['a chain that leads nowhere', { url, redirects: [{ to: 'mailto:tom@shop.test' }] }, /^redirects\.chain\.0\.to/],
  ['a hop that is no redirect', { url, redirects: [{ status: 200, to: '/a' }] }, /^redirects\.chain\.0\.status/],
  ['an empty chain', { url, redirects: [] }, /^redirects/],
  ['tls without TLS', { url: 'http://shop.test/', redirects: 0, tls: { days: 14 } }, /^tls: no tls/],
  [
    'an authority without verification',
    { url, tls: { verify: false, ca: '-----BEGIN CERTIFICATE-----\n' } },
    /^tls\.ca: no ca/,
  ],
  ['a key without a certificate', { url, tls: { key: new Secret('x') } }, /^tls\.cert: the client certificate/],
  ['an IPv4 address by IPv6', { url: 'https://192.0.2.1/', ip: 6 }, /^ip: .*192\.0\.2\.1 is an IPv4 address/],
  ['a body beyond reason', { url, max_body: '1GB' }, /^max_body: at most/],
];

for (const [what, written, message] of REFUSED) {
  test(`${what} is refused, and where it stands is said`, () => {
    const wrong = wrongWith(written);
    assert.ok(
      wrong.some((one) => message.test(one)),
      wrong.join('\n') || 'it was accepted',
    );
  });
}
