import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { createClock } from '../../collector/clock.ts';
import { createHttpClient, type HttpClientOptions, HttpFailed } from '../../runtime/http-client.ts';

async function serve(
  answer: RequestListener,
): Promise<AsyncDisposable & { readonly url: string; readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function client(options: Partial<HttpClientOptions> = {}) {
  const made = createHttpClient({ clock: createClock(), ...options });
  return Object.assign(made, { [Symbol.asyncDispose]: () => made.close() });
}

test('any answer is an answer, unpacked', async () => {
  await using server = await serve((_, response) =>
    response.writeHead(503, { 'content-encoding': 'gzip', 'x-one': 'yes' }).end(gzipSync('a page')),
  );
  await using http = client();
  const { status, body, headers } = await http.request(`${server.url}/`);
  assert.deepEqual([status, body.toString(), headers['x-one']], [503, 'a page', 'yes']);
});

test('what never ends is ended at the deadline, wherever it hangs', async () => {
  await using silent = await serve(() => {});
  await using slow = await serve((_, response) => void response.writeHead(200).write('a'));
  await using loop = await serve((_, response) => void response.writeHead(302, { location: '/' }).end());
  await using http = client();
  for (const { url } of [silent, slow])
    await assert.rejects(http.request(`${url}/secret?token=1`, { longestMs: 50 }), {
      code: 'http-failed',
      message: `${url}: no answer within 50 ms`,
    });
  await assert.rejects(http.request(loop.url), { message: `${loop.url}: it redirects more than 5 times` });
  assert.equal(loop.seen.length, 6);
});

test('an answer that is too large is not read to its end, packed or not', async () => {
  await using plain = await serve((_, response) => void response.end(Buffer.alloc(2000)));
  await using packed = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(2_000_000))),
  );
  await using http = client();
  await assert.rejects(http.request(plain.url, { maxBytes: 1000 }), { message: /larger than 1000 bytes/ });
  await assert.rejects(http.request(packed.url, { maxBytes: 10_000 }), { message: /larger than 10000 bytes/ });
});

test('a redirect to another origin learns no secret, one on the same origin keeps it', async () => {
  await using other = await serve((_, response) => void response.end('there'));
  await using server = await serve((request, response) => {
    const location = request.url === '/away' ? `${other.url}/x` : '/end';
    if (request.url === '/end') response.end('here');
    else response.writeHead(307, { location }).end();
  });
  await using http = client();
  const headers = { authorization: 'Bearer hush', cookie: 'a=b', 'x-kept': '1' };
  const away = await http.request(`${server.url}/away`, { headers });
  assert.deepEqual([away.url, away.body.toString()], [`${other.url}/x`, 'there']);
  assert.deepEqual([other.seen[0]?.headers.authorization, other.seen[0]?.headers.cookie], [undefined, undefined]);
  assert.equal(other.seen[0]?.headers['x-kept'], '1');
  await http.request(`${server.url}/start`, { headers });
  assert.equal(server.seen.at(-1)?.headers.authorization, 'Bearer hush');
});

test('a POST that is sent on by 303 becomes a GET without a body, by 308 it stays what it is', async () => {
  const bodies: string[] = [];
  await using server = await serve((request, response) => {
    if (request.url !== '/end') response.writeHead(request.url === '/303' ? 303 : 308, { location: '/end' }).end();
    else
      request
        .setEncoding('utf8')
        .on('data', (text) => bodies.push(text))
        .on('end', () => response.end(request.method));
  });
  await using http = client();
  const post = { method: 'POST', body: 'told' } as const;
  assert.equal((await http.request(`${server.url}/303`, post)).body.toString(), 'GET');
  assert.deepEqual(bodies, []);
  assert.equal((await http.request(`${server.url}/308`, post)).body.toString(), 'POST');
  assert.deepEqual(bodies, ['told']);
});

test('certificates are checked, and a named authority is trusted', async () => {
  const pair = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  const server = createTlsServer({ key: pair.private, cert: pair.cert }, (_, response) => void response.end('safe'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    await using strict = client();
    await assert.rejects(
      strict.request(url),
      (error) => error instanceof HttpFailed && /self-signed/.test(error.message),
    );
    await using trusting = client({ ca: pair.cert });
    assert.equal((await trusting.request(url)).body.toString(), 'safe');
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test('where a proxy is named, everything goes through it', async () => {
  await using target = await serve((_, response) => void response.end('the target'));
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '');
    const onward = connect(Number(new URL(target.url).port), '127.0.0.1', () =>
      socket.write('HTTP/1.1 200 OK\r\n\r\n'),
    );
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    onward.pipe(socket).pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    await using http = client({ proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    assert.equal((await http.request(target.url)).body.toString(), 'the target');
    assert.deepEqual(asked, [new URL(target.url).host]);
  } finally {
    await new Promise((resolve) => proxy.close(resolve));
  }
});

test('what is no web address is refused in words, and a caller who gives up is heard', async () => {
  await using http = client();
  await assert.rejects(http.request('ftp://example.net/'), {
    message: '"ftp://example.net/" is no http or https address',
  });
  await using silent = await serve(() => {});
  const gaveUp = new AbortController();
  const asked = http.request(silent.url, { signal: gaveUp.signal });
  gaveUp.abort(new Error('the box is stopping'));
  await assert.rejects(asked, { message: 'the box is stopping' });
});
