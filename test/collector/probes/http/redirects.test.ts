import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { scopeOf } from '../../../../collector/probes/http/address-scope.ts';
import { firstTarget, redirectedTarget } from '../../../../collector/probes/http/target.ts';
import { Secret } from '../../../../model/secret.ts';
import { ask, type Site, sampled, site, specOf } from './asking.ts';

/** A site that redirects by a table, and answers everything else. */
function redirecting(table: Readonly<Record<string, readonly [number, string]>>): Promise<Site> {
  return site((request, response) => {
    const [status, location] = table[request.url ?? ''] ?? [];
    if (status === undefined) response.end('here');
    else response.writeHead(status, { location }).end();
  });
}

test('redirects are followed to the answer, and counted', async () => {
  await using shop = await redirecting({ '/': [301, '/a'], '/a': [302, 'b'], '/b': [308, '/c?d#e'] });
  const finding = await ask({ url: `${shop.url}/` });
  assert.equal(finding.reason, '200 OK after 3 redirects');
  assert.equal(sampled(finding, 'probe_http_redirects'), 3);
});

test('too many redirects, circles and addresses that are none are told as such', async () => {
  await using shop = await redirecting({
    '/1': [302, '/2'],
    '/2': [302, '/3'],
    '/3': [302, '/4'],
    '/circle': [302, '/back'],
    '/back': [307, '/circle'],
    '/self': [302, '/self'],
    '/bad': [302, 'http://[nowhere'],
    '/mail': [302, 'mailto:tom@shop.test'],
  });
  const reason = async (path: string, redirects?: unknown) =>
    (await ask({ url: shop.url + path, ...(redirects !== undefined && { redirects }) })).reason;
  assert.equal(await reason('/1', { follow: 2 }), `more than 2 redirects, the next to ${shop.url}/4`);
  assert.equal(await reason('/1', 3), '200 OK after 3 redirects');
  assert.equal(await reason('/1', 0), `302 Found to ${shop.url}/2, which is not followed`);
  assert.equal(await reason('/circle'), `redirects to ${shop.url}/circle: a circle, we have been there`);
  assert.equal(await reason('/self'), `redirects to ${shop.url}/self: a circle, we have been there`);
  assert.equal(await reason('/bad'), '302 Found to an address that is none: http://[nowhere');
  assert.equal(await reason('/mail'), '302 Found to mailto: which is not followed');
});

test('a redirect whose status is wanted is the answer', async () => {
  await using shop = await redirecting({ '/old': [301, '/new'] });
  const finding = await ask({
    url: `${shop.url}/old`,
    expect: { status: 301, headers: { location: '/new' } },
  });
  assert.equal(finding.reason, '301 Moved Permanently');
});

test('moved media: the whole chain is asserted, hop by hop', async () => {
  await using media = await redirecting({
    '/system/a.png': [301, '/media/a.png'],
    '/media/a.png': [302, 'http://other.test:1/files/a.png'],
    '/late': [302, '/later'],
    '/later': [302, '/latest'],
  });
  const chain = (...hops: unknown[]) => ask({ url: `${media.url}/system/a.png`, redirects: { chain: hops } });
  assert.equal(
    (await chain({ to: '/media/b.png' })).reason,
    `hop 1: 301 Moved Permanently to ${media.url}/media/a.png, wanted a redirect to ${media.url}/media/b.png`,
  );
  assert.equal(
    (await chain({ status: 301, to: '/media/a.png' }, { status: 301, to: 'http://other.test:1/files/a.png' })).reason,
    'hop 2: 302 Found to http://other.test:1/files/a.png, wanted 301 to http://other.test:1/files/a.png',
  );
  assert.equal(
    (await chain({ status: 301, to: '/media/a.png' })).reason,
    'hop 2: 302 Found to http://other.test:1/files/a.png, wanted the answer after 1 redirect',
  );
  const right = await ask({
    url: `${media.url}/late`,
    redirects: [{ to: '/later' }, { status: '3xx', to: `${media.url}/latest` }],
  });
  assert.equal(right.reason, '200 OK after 2 redirects');
  const early = await ask({ url: `${media.url}/latest`, redirects: [{ to: '/later' }] });
  assert.equal(early.reason, `hop 1: 200 OK, wanted a redirect to ${media.url}/later`);
  assert.equal(early.verdict, 'down');
});

test('the evidence shows the way', async () => {
  await using shop = await redirecting({
    '/': [302, '/login?token=abcdef'],
    '/login?token=abcdef': [302, '/login?token=x'],
  });
  const finding = await ask({ url: `${shop.url}/`, redirects: 1 });
  assert.deepEqual(finding.evidence?.redirects, [`${shop.url}/: 302 Found to ${shop.url}/login?token=[hidden]`]);
});

test('credentials and secret headers never follow a redirect to another host, nor come back from there', async () => {
  const seen: [string, IncomingHttpHeaders][] = [];
  await using shop = await site((request, response) => {
    seen.push([`shop ${request.url}`, request.headers]);
    if (request.url === '/') response.writeHead(302, { location: '/same' }).end();
    else if (request.url === '/same')
      response.writeHead(302, { location: `http://other.test:${shop.port}/away` }).end();
    else if (request.url === '/away') response.writeHead(302, { location: `http://shop.test:${shop.port}/home` }).end();
    else response.end();
  });
  const finding = await ask({
    url: `http://shop.test:${shop.port}/`,
    auth: { bearer: new Secret('tok3n') },
    headers: { 'X-Api-Key': new Secret('k3y-k3y'), 'X-Odd': new Secret('odd-one'), 'X-Plain': 'yes' },
  });
  assert.equal(finding.reason, '200 OK after 3 redirects');
  assert.deepEqual(
    seen.map(([where, headers]) => [
      where,
      headers.authorization,
      headers['x-api-key'],
      headers['x-odd'],
      headers['x-plain'],
    ]),
    [
      ['shop /', 'Bearer tok3n', 'k3y-k3y', 'odd-one', 'yes'],
      ['shop /same', 'Bearer tok3n', 'k3y-k3y', 'odd-one', 'yes'],
      ['shop /away', undefined, undefined, undefined, 'yes'],
      ['shop /home', undefined, undefined, undefined, 'yes'],
    ],
  );
});

test('what a form posts becomes a GET as browsers do it, and 307 keeps it', async () => {
  const seen: string[] = [];
  await using shop = await site((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? '-'} ${body}`);
      const status = Number(request.url?.slice(1));
      if (status > 0) response.writeHead(status, { location: `/done` }).end();
      else response.end();
    });
  });
  for (const status of [301, 303, 307]) {
    seen.length = 0;
    await ask({ url: `${shop.url}/${status}`, headers: { 'Content-Type': 'text/plain' }, body: 'hello' });
    const second = status === 307 ? 'POST /done text/plain hello' : 'GET /done - ';
    assert.deepEqual(seen, [`POST /${status} text/plain hello`, second]);
  }
});

test('a secret body is not carried to another host', async () => {
  let hits = 0;
  await using shop = await site((_request, response) => {
    hits++;
    response.writeHead(307, { location: `http://other.test:${shop.port}/` }).end();
  });
  const finding = await ask({ url: shop.url, body: new Secret('login=tom&password=pass') });
  assert.equal(hits, 1);
  assert.equal(finding.verdict, 'down');
  assert.match(finding.reason, /would carry the secret body to another host/);
});

test('a redirect from outside does not lead into this machine, unless the config names it', async (t) => {
  const own = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
  if (own === undefined) return t.skip('needs an address beside loopback');
  let hits = 0;
  await using inside = await site((_request, response) => {
    hits++;
    response.end();
  });
  await using outside = await site((_request, response) => {
    response.writeHead(302, { location: `${inside.url}/delete-all` }).end();
  }, own);
  const followed = await ask({ url: outside.url });
  assert.match(followed.reason, /^a site outside may not lead us inside, to 127\.0\.0\.1, after a redirect to /);
  assert.equal(hits, 0);
  const named = await ask({ url: outside.url, redirects: [{ to: `${inside.url}/delete-all` }] });
  assert.equal(named.reason, '200 OK after 1 redirect');
});

test('addresses are told apart by how far they reach, also where they hide in IPv6', () => {
  const scope = (address: string) => scopeOf({ address, family: address.includes(':') ? 6 : 4 });
  assert.deepEqual(
    ['127.0.0.1', '169.254.169.254', '::1', 'fe80::1%eth0', '::ffff:127.0.0.1', '0.0.0.0'].map(scope),
    [0, 0, 0, 0, 0, 0],
  );
  assert.deepEqual(
    ['10.1.2.3', '192.168.1.1', '100.100.1.1', 'fd00::1', '::ffff:10.0.0.1'].map(scope),
    [1, 1, 1, 1, 1],
  );
  assert.deepEqual(['1.1.1.1', '2606:4700::1111', '172.32.0.1'].map(scope), [2, 2, 2]);
});

test('from http to https on the same host the credentials go along; to another port or host they do not', () => {
  const spec = specOf({ url: 'http://shop.test/', auth: { bearer: new Secret('tok3n') } });
  const home = (to: string) => {
    const next = redirectedTarget(spec, firstTarget(spec), 301, new URL(to));
    return 'home' in next && next.home && next.headers.includes('Authorization');
  };
  assert.equal(home('https://shop.test/'), true);
  assert.equal(home('https://shop.test:8443/'), false);
  assert.equal(home('https://www.shop.test/'), false);
  assert.equal(home('http://shop.test:81/'), false);
});

test('what is wrong behind a redirect says where that was', async () => {
  await using shop = await redirecting({
    '/': [302, 'http://shop.test:1/cart?sid=x&token=abcd'],
    '/lost': [302, Buffer.from('/öffnen').toString('latin1')],
  });
  const finding = await ask({ url: `${shop.url}/` });
  assert.equal(
    finding.reason,
    'connection refused by 127.0.0.1:1, after a redirect to http://shop.test:1/cart?sid=x&token=[hidden]',
  );
  const wrong = await ask({ url: `${shop.url}/lost`, expect: { body: 'there' } });
  assert.equal(wrong.reason, `body does not contain "there", after a redirect to ${shop.url}/%C3%B6ffnen`);
});

test('each step can be watched', async () => {
  await using shop = await redirecting({ '/': [302, '/home?token=abcd'] });
  const steps: string[] = [];
  await ask({ url: `${shop.url}/` }, { trace: (step, detail) => void steps.push(`${step}: ${detail}`) });
  for (const step of [
    'request: GET',
    'addresses: 127.0.0.1 (literal)',
    'connected: 127.0.0.1:',
    'response: HTTP/1.1 302 Found',
    `header: location: ${shop.url}/home?token=[hidden]`,
    'body: 4 bytes',
  ])
    assert.ok(
      steps.some((one) => one.startsWith(step)),
      `${step} in ${steps.join('\n')}`,
    );
});

test('a site that sets a cookie and sends us back lets us in, and no other host sees it', async () => {
  const seen: string[] = [];
  await using shop = await site((request, response) => {
    seen.push(`${request.headers.host?.split(':')[0]}${request.url} ${request.headers.cookie ?? '-'}`);
    const elsewhere = request.headers.host?.startsWith('other.test');
    if (elsewhere) response.end('other');
    else if (request.url === '/away') response.writeHead(302, { location: `http://other.test:${shop.port}/` }).end();
    else if (request.headers.cookie?.includes('seen=1')) response.end('Welcome');
    else
      response
        .writeHead(302, {
          location: '/',
          'set-cookie': ['seen=1; Path=/; HttpOnly', 'old=x; Max-Age=0', 'safe=2; Secure'],
        })
        .end();
  });
  const finding = await ask({
    url: `http://shop.test:${shop.port}/`,
    headers: { Cookie: new Secret('mine=0') },
    expect: { body: 'Welcome' },
  });
  assert.equal(finding.reason, '200 OK after 1 redirect');
  assert.deepEqual(seen, ['shop.test/ mine=0', 'shop.test/ mine=0; seen=1']);
  seen.length = 0;
  await ask({ url: `http://shop.test:${shop.port}/away`, headers: { Cookie: new Secret('mine=0') } });
  assert.deepEqual(seen, ['shop.test/away mine=0', 'other.test/ -']);
});
