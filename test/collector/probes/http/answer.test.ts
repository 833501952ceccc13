import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../../../model/secret.ts';
import { answering, ask, sampled, sending, site } from './asking.ts';

test('a page that answers is up, and says how', async () => {
  await using shop = await answering(200, { 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 'Welcome');
  const finding = await ask({ url: `${shop.url}/` });
  assert.equal(finding.verdict, 'up');
  assert.equal(finding.reason, '200 OK');
  assert.equal(finding.evidence, undefined);
  assert.deepEqual(Object.keys(finding.phases ?? {}), ['resolve', 'connect', 'processing', 'transfer']);
  assert.equal(sampled(finding, 'probe_http_status_code'), 200);
  assert.equal(sampled(finding, 'probe_http_version'), 1.1);
  assert.equal(sampled(finding, 'probe_http_ssl'), 0);
  assert.equal(sampled(finding, 'probe_http_uncompressed_body_length'), 7);
  assert.equal(sampled(finding, 'probe_http_last_modified_timestamp_seconds'), 1445412480);
  assert.equal(sampled(finding, 'probe_ip_protocol'), 4);
  assert.ok((sampled(finding, 'probe_http_duration_seconds', 'connect') ?? 0) > 0);
});

test('an error page is down, in the words of the status', async () => {
  await using shop = await answering(502, { 'x-proxy': 'edge-3' }, '<h1>bad gateway</h1>');
  const finding = await ask({ url: `${shop.url}/cart` });
  assert.equal(finding.verdict, 'down');
  assert.equal(finding.reason, '502 Bad Gateway');
  assert.equal(finding.evidence?.answer, 'HTTP/1.1 502 Bad Gateway');
  assert.equal(finding.evidence?.request, `GET ${shop.url}/cart`);
  assert.equal(finding.evidence?.body, '<h1>bad gateway</h1>');
  assert.ok(String(finding.evidence?.headers).includes('x-proxy: edge-3'));
});

test('a status can be wanted by number, class, range and list', async () => {
  await using gone = await answering(404);
  const url = gone.url;
  assert.equal((await ask({ url, expect: { status: 404 } })).verdict, 'up');
  assert.equal((await ask({ url, expect: { status: '4xx' } })).verdict, 'up');
  assert.equal((await ask({ url, expect: { status: [200, '401-404'] } })).verdict, 'up');
  assert.equal((await ask({ url, expect: { status: 200 } })).reason, 'status 404 Not Found, wanted 200');
  assert.equal(
    (await ask({ url, expect: { status: [200, '3xx', '500-502'] } })).reason,
    'status 404 Not Found, wanted 200, 3xx or 500-502',
  );
});

test('a status that nobody has named is told with the words of the server', async () => {
  await using odd = await site((_request, response) => {
    response.writeHead(799, 'Gone\u009b Fishing');
    response.end();
  });
  const finding = await ask({ url: odd.url });
  assert.equal(finding.reason, '799 Gone Fishing');
});

test('method, headers, body and credentials arrive as they were set', async () => {
  const came: { method?: string | undefined; headers?: NodeJS.Dict<string | string[]>; body?: string } = {};
  await using shop = await site((request, response) => {
    came.method = request.method;
    came.headers = request.headers;
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      came.body = body;
      response.end();
    });
  });
  const finding = await ask({
    url: `${shop.url}/search?q=ünïcode#part`,
    headers: { 'X-Why': 'signalbox', Host: 'www.shop.test', 'Content-Type': 'text/plain' },
    body: 'päck',
    auth: { basic: { user: 'tom', password: new Secret('s3cr3t:pass') } },
  });
  assert.equal(finding.verdict, 'up');
  assert.equal(came.method, 'POST');
  assert.equal(came.body, 'päck');
  assert.equal(came.headers?.['content-length'], '5');
  assert.equal(came.headers?.host, 'www.shop.test');
  assert.equal(came.headers?.['x-why'], 'signalbox');
  assert.equal(came.headers?.connection, 'close');
  assert.equal(came.headers?.authorization, `Basic ${Buffer.from('tom:s3cr3t:pass').toString('base64')}`);
});

test('a bearer token is sent, and so are user and password of a secret address', async () => {
  const came: (string | undefined)[] = [];
  await using shop = await site((request, response) => {
    came.push(request.headers.authorization);
    response.end();
  });
  await ask({ url: shop.url, auth: { bearer: new Secret('tok3n') } });
  await ask({ url: new Secret(shop.url.replace('//', '//tom:p%40ss@')) });
  assert.deepEqual(came, ['Bearer tok3n', `Basic ${Buffer.from('tom:p@ss').toString('base64')}`]);
});

test('every check uses a connection of its own', async () => {
  const ports = new Set<number | undefined>();
  await using shop = await site((request, response) => {
    ports.add(request.socket.remotePort);
    response.end();
  });
  for (let index = 0; index < 3; index++) await ask({ url: shop.url });
  assert.equal(ports.size, 3);
});

test('HEAD, an empty answer, chunks and interim answers are all fine', async () => {
  await using shop = await site((request, response) => {
    if (request.url === '/none') return response.writeHead(204).end();
    response.writeEarlyHints({ link: '</a.css>; rel=preload' });
    response.write('Wel');
    setTimeout(() => response.end('come'), 20);
    return undefined;
  });
  assert.equal((await ask({ url: shop.url, method: 'head' })).verdict, 'up');
  assert.equal((await ask({ url: `${shop.url}/none` })).reason, '204 No Content');
  assert.equal((await ask({ url: shop.url, expect: { body: 'Welcome' } })).verdict, 'up');
});

test('a WebSocket that is granted is an answer', async () => {
  await using chat = await sending(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    'hold',
  );
  const headers = {
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'c2lnbmFsYm94LXByb2JlIQ==',
  };
  const finding = await ask({ url: chat.url, headers, expect: { status: 101 } });
  assert.equal(finding.reason, '101 Switching Protocols');
});

test('headers are wanted by value, part, expression or absence', async () => {
  await using shop = await answering(200, { Server: 'nginx/1.24', 'Set-Cookie': ['a=1', 'b=2'] });
  const wanted = async (headers: unknown) => (await ask({ url: shop.url, expect: { headers } })).reason;
  assert.equal(await wanted({ server: 'nginx/1.24', 'x-debug': { absent: true } }), '200 OK');
  assert.equal(await wanted({ Server: { contains: 'nginx' } }), '200 OK');
  assert.equal(await wanted({ Server: { matches: '^nginx/\\d' } }), '200 OK');
  assert.equal(await wanted({ 'set-cookie': 'b=2' }), '200 OK');
  assert.equal(await wanted({ Server: { absent: true } }), 'header Server is there: "nginx/1.24"');
  assert.equal(await wanted({ Server: 'caddy' }), 'header Server is "nginx/1.24", wanted "caddy"');
  assert.equal(
    await wanted({ 'Strict-Transport-Security': { contains: 'max-age' } }),
    'header Strict-Transport-Security is missing, wanted something with "max-age"',
  );
});
