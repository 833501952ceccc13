import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, check, type Site, sampled, sending, site, specOf, wire } from './asking.ts';

async function reasonFrom(server: Promise<Site>, settings: object = {}, timeoutMs?: number): Promise<string> {
  await using broken = await server;
  const finding = await ask({ url: broken.url, ...settings }, { ...(timeoutMs !== undefined && { timeoutMs }) });
  assert.equal(finding.verdict, 'down');
  return finding.reason.replace(String(broken.port), 'PORT');
}

test('nobody listening is a refused connection', async () => {
  const gone = await sending('');
  await gone[Symbol.asyncDispose]();
  const finding = await ask({ url: gone.url });
  assert.equal(finding.verdict, 'down');
  assert.equal(finding.reason, `connection refused by 127.0.0.1:${gone.port}`);
  assert.equal(sampled(finding, 'probe_http_status_code'), 0);
});

test('a name that does not exist says so', async () => {
  const finding = await ask({ url: 'http://nowhere.invalid/' }, { timeoutMs: 3_000 });
  assert.equal(finding.verdict, 'down');
  assert.match(finding.reason, /nowhere\.invalid/);
  assert.deepEqual(Object.keys(finding.phases ?? {}), ['resolve']);
});

test('connections that end early are told by how far they came', async () => {
  assert.equal(await reasonFrom(sending('')), 'connection closed by 127.0.0.1:PORT without an answer');
  assert.match(
    await reasonFrom(wire((socket) => socket.resetAndDestroy())),
    /^connection (?:closed|reset) by 127.0.0.1:PORT/,
  );
  assert.equal(
    await reasonFrom(sending('HTTP/1.1 200 OK\r\nContent-Le')),
    'connection closed by 127.0.0.1:PORT in the middle of the headers',
  );
  assert.equal(
    await reasonFrom(sending('HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\nWelcome')),
    '200 OK, but the connection broke after 7 bytes of 10 kB of the body',
  );
  assert.equal(
    await reasonFrom(sending('HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\nWelcome', 'reset')),
    '200 OK, but the connection broke after 7 bytes of 10 kB of the body',
  );
  assert.equal(
    await reasonFrom(sending('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nWelcome\r\n')),
    '200 OK, but the connection broke after 7 bytes of the body',
  );
});

test('a body without a length ends with the connection', async () => {
  await using old = await sending('HTTP/1.0 200 OK\r\n\r\nWelcome');
  const finding = await ask({ url: old.url, expect: { body: 'Welcome' } });
  assert.equal(finding.verdict, 'up');
  assert.equal(sampled(finding, 'probe_http_version'), 1);
});

test('answers that are no HTTP are told as such', async () => {
  assert.match(await reasonFrom(sending('SSH-2.0-OpenSSH_9.2p1\r\n')), /^answer from 127\.0\.0\.1:PORT is not HTTP: /);
  assert.match(await reasonFrom(sending('HTTP/1.1 banana\r\n\r\n')), /^answer from 127\.0\.0\.1:PORT is not HTTP: /);
  assert.match(
    await reasonFrom(sending('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nbanana\r\n')),
    /^200 OK, but the body is malformed: /,
  );
  assert.match(
    await reasonFrom(sending('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!')),
    /is not HTTP: /,
  );
});

test('headers without end do not fill the memory', async () => {
  const huge = `HTTP/1.1 200 OK\r\n${`X-A: ${'a'.repeat(1000)}\r\n`.repeat(200)}\r\n`;
  assert.equal(await reasonFrom(sending(huge)), 'response headers are larger than 64 kB');
  await using large = await site((_request, response) => {
    response.setHeader('X-Large', 'a'.repeat(30_000)).end();
  });
  const finding = await ask({ url: large.url, expect: { status: 404 } });
  assert.equal(finding.reason, 'status 200 OK, wanted 404');
  assert.ok(JSON.stringify(finding.evidence).length < 2_000);
});

test('the deadline says what was being waited for', async () => {
  await using silent = await wire(() => {});
  // Long enough for a busy machine to come as far as it should; all at once, for they only wait.
  const timeoutMs = 3_000;
  const [mute, drip, stuck, secret] = await Promise.all([
    reasonFrom(
      wire(() => {}),
      {},
      timeoutMs,
    ),
    reasonFrom(sending('HTTP/1.1 200 OK\r\nX-Slow: ', 'hold'), {}, timeoutMs),
    reasonFrom(sending('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nWelcome', 'hold'), {}, timeoutMs),
    ask({ url: silent.url.replace('http:', 'https:') }, { timeoutMs }),
  ]);
  assert.equal(mute, 'no answer within 3 s: connected to 127.0.0.1:PORT, but no headers came');
  assert.equal(drip, 'no answer within 3 s: connected to 127.0.0.1:PORT, but no headers came');
  assert.equal(stuck, 'no answer within 3 s: 200 OK, but the body stopped after 7 bytes');
  assert.equal(
    secret.reason,
    `no answer within 3 s: connected to 127.0.0.1:${silent.port}, but the TLS handshake did not end`,
  );
});

test('after the deadline no connection stays open', async () => {
  let closed: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  await using silent = await wire((socket) => socket.resume().on('close', closed));
  await ask({ url: silent.url }, { timeoutMs: 1_000 });
  await gone;
});

test('TLS on a plain port says so', async () => {
  await using plain = await site((_request, response) => response.end());
  const finding = await ask({ url: plain.url.replace('http:', 'https:') });
  assert.equal(finding.reason, 'does not speak TLS on this port');
});

test('the second address answers when the first does not', async () => {
  await using shop = await site((_request, response) => response.end());
  const finding = await ask({ url: `http://both.test:${shop.port}/` });
  assert.equal(finding.verdict, 'up');
  assert.equal(sampled(finding, 'probe_ip_protocol'), 4);
});

test('with ip: both, each IP version must work, and the reason says which does not', async () => {
  await using shop = await site((_request, response) => response.end());
  const url = `http://both.test:${shop.port}/`;
  const half = await ask({ url, ip: 'both' });
  assert.equal(half.verdict, 'down');
  assert.equal(half.reason, `over IPv6: connection refused by [::1]:${shop.port} (IPv4 fine)`);
  assert.equal((await ask({ url, ip: 4 })).verdict, 'up');
  assert.equal((await ask({ url, ip: 6 })).verdict, 'down');
  const four = await ask({ url: `http://shop.test:${shop.port}/`, ip: 6 }, { timeoutMs: 3_000 });
  assert.equal(four.verdict, 'down');
  await using dual = await site((_request, response) => response.end(), '::');
  const whole = await ask({ url: `http://both.test:${dual.port}/`, ip: 'both' });
  assert.equal(whole.reason, '200 OK over IPv4 and IPv6');
  assert.equal((await ask({ url: `http://[::1]:${dual.port}/` })).verdict, 'up');
  const names = (whole.samples ?? []).map((one) => `${one.name}${JSON.stringify(one.labels)}`);
  assert.equal(new Set(names).size, names.length);
});

test('a spec is checked again and again without growing listeners', async () => {
  await using shop = await site((_request, response) => response.end());
  const spec = specOf({ url: shop.url });
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  const deadline = new AbortController();
  for (let index = 0; index < 30; index++) assert.equal((await check(spec, { signal: deadline.signal })).verdict, 'up');
  process.off('warning', note);
  assert.deepEqual(warnings, []);
});

test('an expression without end on a header holds nothing up', async () => {
  await using trap = await sending(`HTTP/1.1 200 OK\r\nX-Trap: ${'a'.repeat(60)}!\r\nContent-Length: 0\r\n\r\n`);
  const finding = await ask({ url: trap.url, expect: { headers: { 'x-trap': { matches: '^(a+)+$' } } } });
  assert.equal(finding.verdict, 'unknown');
});

test('whatever bytes come, there is a finding with a reason', async () => {
  const good =
    'HTTP/1.1 302 Found\r\nLocation: /next\r\nSet-Cookie: a=b; Path=/\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot gzip at all';
  // A small generator with a fixed seed, so that a failure comes back.
  let seed = 42;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  let bytes = Buffer.alloc(0);
  await using server = await wire((socket) => void socket.once('data', () => socket.end(bytes)));
  for (let round = 0; round < 300; round++) {
    bytes = Buffer.from(good);
    for (let change = random(8); change >= 0; change--) {
      const at = random(bytes.length);
      if (random(3) === 0) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(20))]);
      else bytes[at] = random(256);
      if (bytes.length === 0) bytes = Buffer.from('\n');
    }
    const finding = await ask({ url: server.url, redirects: 2, expect: { body: 'Welcome' } }, { timeoutMs: 2_000 });
    assert.ok(
      finding.verdict === 'down' || finding.verdict === 'unknown',
      `${finding.reason} for ${bytes.toString('latin1')}`,
    );
    assert.ok(finding.reason.length > 0 && !/\p{Cc}/u.test(finding.reason), JSON.stringify(finding.reason));
  }
});
