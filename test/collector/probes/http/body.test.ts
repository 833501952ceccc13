import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { Secret } from '../../../../model/secret.ts';
import { answering, ask, sampled, site } from './asking.ts';

async function reasonFor(body: string | Buffer, tests: unknown, headers: Record<string, string> = {}): Promise<string> {
  await using shop = await answering(200, headers, body);
  return (await ask({ url: shop.url, expect: { body: tests } })).reason;
}

test('a body is wanted by what it contains, matches, and must not have', async () => {
  const page = '<title>Welcome, Zoë</title>';
  assert.equal(await reasonFor(page, 'Zoë'), '200 OK');
  assert.equal(await reasonFor(page, ['Welcome', { matches: '<title>.*</title>' }, { not: 'Exception' }]), '200 OK');
  assert.equal(await reasonFor(page, 'Farewell'), 'body does not contain "Farewell"');
  assert.equal(await reasonFor(page, { matches: 'Bye|So long' }), 'body does not match /Bye|So long/');
  assert.equal(await reasonFor(page, { not: 'Welcome' }), 'body contains "Welcome", which it must not');
  assert.equal(await reasonFor(page, { not: { matches: 'Zo.' } }), 'body matches /Zo./, which it must not');
  assert.equal(await reasonFor('', 'Welcome'), 'body is empty, wanted "Welcome"');
});

test('the text is read by its charset', async () => {
  const latin = Buffer.from('Zoë', 'latin1');
  assert.equal(await reasonFor(latin, 'Zoë', { 'content-type': 'text/html; charset="ISO-8859-1"' }), '200 OK');
  assert.equal(await reasonFor('Zoë', 'Zoë', { 'content-type': 'text/html; charset=made-up' }), '200 OK');
});

test('compressed bodies are read, one coding over the other too', async () => {
  const text = 'Welcome '.repeat(500);
  const coded: [string, Buffer][] = [
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['identity', Buffer.from(text)],
  ];
  for (const [encoding, body] of coded) {
    await using shop = await answering(
      200,
      { 'content-encoding': encoding, 'content-length': String(body.length) },
      body,
    );
    const finding = await ask({ url: shop.url, expect: { body: 'Welcome' } });
    assert.equal(finding.reason, '200 OK', encoding);
    assert.equal(sampled(finding, 'probe_http_uncompressed_body_length'), 4000, encoding);
    assert.equal(sampled(finding, 'probe_http_content_length'), body.length, encoding);
  }
});

test('a body that is not what it says it is, is down even when nothing was wanted of it', async () => {
  const reason = async (encoding: string, body: Buffer) => {
    await using shop = await answering(200, { 'content-encoding': encoding }, body);
    return (await ask({ url: shop.url })).reason;
  };
  assert.equal(await reason('gzip', Buffer.from('plain text')), 'body is not valid gzip');
  assert.equal(await reason('gzip', gzipSync('x'.repeat(9999)).subarray(0, -9)), 'body is not valid gzip');
  assert.equal(await reason('br', Buffer.from('plain text')), 'body is not valid br');
  assert.equal(await reason('zstd', Buffer.from('plain text')), 'body is not valid zstd');
  assert.equal(await reason('rot13', Buffer.from('cynva')), 'body has an encoding we cannot read: rot13');
  assert.equal(await reason('gzip,gzip,gzip,gzip', Buffer.from('x')), 'body is encoded too many times over');
});

test('a decompression bomb is cut at the limit', async () => {
  const zeros = Buffer.alloc(50_000_000);
  const bombs: [string, Buffer][] = [
    ['gzip', gzipSync(zeros)],
    ['br', brotliCompressSync(zeros, { params: {} })],
    ['zstd', zstdCompressSync(zeros)],
  ];
  for (const [encoding, bomb] of bombs) {
    await using shop = await answering(200, { 'content-encoding': encoding }, bomb);
    const finding = await ask({ url: shop.url, max_body: '1MB', expect: { body: 'Welcome' } });
    assert.equal(finding.reason, 'body does not contain "Welcome" in its first 1.0 MB', encoding);
    assert.equal(sampled(finding, 'probe_http_uncompressed_body_length'), 1_000_000, encoding);
  }
});

test('of a body longer than the limit the beginning is read, the rest is not, and its length is kept', async () => {
  let sent = 0;
  await using shop = await site((_request, response) => {
    response.writeHead(200, { 'content-length': 50_000_000 });
    response.on('error', () => {});
    const more = (): void => {
      while (sent < 50_000_000 && !response.destroyed) {
        sent += 50_000;
        if (!response.write(Buffer.alloc(50_000, 'a'))) return void response.once('drain', more);
      }
    };
    more();
  });
  const finding = await ask({ url: shop.url, max_body: '100kB', expect: { body: 'Welcome' } });
  assert.equal(finding.reason, 'body does not contain "Welcome" in its first 100 kB');
  assert.equal(sampled(finding, 'probe_http_content_length'), 50_000_000);
  assert.ok(sent < 50_000_000);
  assert.equal((await ask({ url: shop.url, max_body: '100kB' })).verdict, 'up');
});

test('an expression that would take for ever holds nothing up, and says that it could not tell', async () => {
  await using shop = await answering(200, {}, `${'a'.repeat(60)}!`);
  const before = process.threadCpuUsage();
  const finding = await ask({ url: shop.url, expect: { body: { matches: '^(a+)+$' } } });
  const { user } = process.threadCpuUsage(before);
  assert.equal(finding.verdict, 'unknown');
  assert.equal(
    finding.reason,
    'could not tell whether the body matches /^(a+)+$/: the expression takes too long on it',
  );
  // It is held for 8 ms and would be for years. Processor time, not time: the machine may be busy with other things.
  assert.ok(user < 1_000_000, `held up for ${user / 1_000} ms`);
});

test('an expression that is only slow is finished in a thread', async () => {
  const page = `${'x'.repeat(10_000)} Welcome`;
  assert.equal(await reasonFor(page, { matches: '(?:x+)y|Welcome$' }), '200 OK');
});

test('values in JSON are compared', async () => {
  await using api = await answering(
    200,
    {},
    JSON.stringify({ ok: true, queue: { length: 7 }, jobs: [{ name: 'a' }, { name: 'b' }], none: null }),
  );
  const reason = async (json: unknown) => (await ask({ url: api.url, expect: { json } })).reason;
  assert.equal(
    await reason([
      { path: '$.ok', equals: true },
      { path: '$.queue.length', gte: 7, lt: 8 },
      { path: '$.jobs[*].name', matches: '^[ab]$' },
      { path: '$.jobs[1]', equals: { name: 'b' } },
      { path: '$.none', equals: null },
      { path: '$.missing', exists: false },
      { path: "$.jobs[?@.name == 'b']" },
    ]),
    '200 OK',
  );
  assert.equal(await reason({ path: '$.ok', equals: false }), '$.ok is true, wanted false');
  assert.equal(await reason({ path: '$.ok', not: true }), '$.ok is true, wanted anything else');
  assert.equal(await reason({ path: '$.queue.length', lt: 5 }), '$.queue.length is 7, wanted less than 5');
  assert.equal(await reason({ path: '$.ok', gt: 0 }), '$.ok is true, wanted more than 0');
  assert.equal(await reason({ path: '$.jobs[*].name', matches: 'a' }), '$.jobs[*].name is "b", wanted a match of /a/');
  assert.equal(await reason({ path: '$.up' }), '$.up is missing');
  assert.equal(await reason({ path: '$.none', exists: false }), '$.none is there: null');
});

test('what is no JSON is told by how it begins', async () => {
  await using page = await answering(200, {}, '<!doctype html>\n<html>');
  assert.equal(
    (await ask({ url: page.url, expect: { json: { path: '$.ok' } } })).reason,
    'body is not JSON: it begins with "<!doctype html> <html>"',
  );
  await using long = await answering(200, {}, JSON.stringify(Array.from({ length: 900 }, (_, n) => `entry ${n}`)));
  assert.equal(
    (await ask({ url: long.url, max_body: '1kB', expect: { json: { path: '$[0]' } } })).reason,
    'body is too long to be read as JSON: raise max_body',
  );
});

test('large JSON, and paths that never end, are read in a thread', async () => {
  const large = JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id, tags: ['a', 'b'] })));
  await using api = await answering(200, {}, large);
  assert.equal(
    (await ask({ url: api.url, expect: { json: { path: '$[19999].id', equals: 19_999 } } })).reason,
    '200 OK',
  );
  await using trap = await answering(200, {}, JSON.stringify({ a: `${'a'.repeat(60)}!` }));
  const finding = await ask({ url: trap.url, expect: { json: { path: '$[?match(@, "(a+)+")]' } } });
  assert.equal(finding.verdict, 'unknown');
});

test('a page without the site’s own mark is the wrong page though it is a 200', async () => {
  await using wrong = await answering(
    200,
    { server: 'status-page', 'set-cookie': 'sid=canary-cookie; Path=/' },
    '<title>All systems fine</title>',
  );
  const finding = await ask({ url: wrong.url, expect: { mark: '<meta name="site" content="shop">' } });
  assert.equal(finding.verdict, 'down');
  assert.equal(finding.reason, "wrong page: 200 OK, but without the site's own mark");
  assert.equal(finding.evidence?.body, '<title>All systems fine</title>');
  assert.ok(String(finding.evidence?.headers).includes('server: status-page'));
  assert.ok(String(finding.evidence?.headers).includes('set-cookie: sid=[hidden]'));
  await using right = await answering(200, { 'X-Served-By': 'shop' }, 'Welcome');
  assert.equal(
    (await ask({ url: right.url, expect: { mark: { header: 'x-served-by', value: 'shop' } } })).verdict,
    'up',
  );
  assert.equal((await ask({ url: right.url, expect: { mark: { header: 'x-served-by' }, status: 200 } })).verdict, 'up');
  assert.equal(
    (await ask({ url: right.url, expect: { mark: { header: 'x-served-by', value: 'blog' } } })).verdict,
    'down',
  );
  assert.equal((await ask({ url: right.url, expect: { mark: { matches: '^Wel' } } })).verdict, 'up');
});

test('the evidence holds the first 4 kB of a text, and of binary data only its length', async () => {
  await using long = await answering(500, {}, `line one\r\n\tline \u001b[31mtwo${'é'.repeat(9000)}`);
  const body = String((await ask({ url: long.url })).evidence?.body);
  assert.ok(body.startsWith('line one\n  line [31mtwoé'));
  assert.ok(body.length <= 4096 && body.length > 2000 && !body.includes('\uFFFD'));
  await using image = await answering(
    500,
    {},
    Buffer.from([0x89, 0x50, 0, 0, 0, 1, 2, 3, 0xff, 0xfe, 0, 0, 9, 9, 9, 1]),
  );
  assert.equal((await ask({ url: image.url })).evidence?.body, '(16 bytes that are not text)');
});

test('no secret leaves in a reason, an evidence or a trace, even when the site sends it back', async () => {
  await using mirror = await site((request, response) => {
    response.writeHead(500, {
      'x-echo': `${request.headers.authorization} ${request.headers['x-key']}`,
      location: request.url ?? '',
    });
    response.end(`${request.url} ${request.headers.authorization} ${request.headers['x-key']}`);
  });
  const told: string[] = [];
  const trace = (step: string, detail?: string): void => void told.push(`${step} ${detail}`);
  const secretUrl = new Secret(`${mirror.url}/hooks/canary-path/?k=canary-query`);
  const findings = [
    await ask(
      {
        url: mirror.url,
        auth: { basic: { user: 'tom', password: new Secret('canary-pass') } },
        headers: { 'X-Key': new Secret('canary-key') },
      },
      { trace },
    ),
    await ask({ url: secretUrl }, { trace }),
    await ask({ url: new Secret(mirror.url.replace('//', '//tom:canary-user@')) }, { trace }),
    await ask({ url: `${mirror.url}/?token=canary-token` }, { trace }),
  ];
  const encoded = ['tom:canary-pass', 'tom:canary-user'].map((one) => Buffer.from(one).toString('base64'));
  const all = JSON.stringify(findings) + told.join('\n');
  for (const canary of ['canary-pass', 'canary-key', 'canary-path', 'canary-query', 'canary-user', ...encoded])
    assert.ok(
      !all.includes(canary),
      `${canary} in ${all.slice(Math.max(0, all.indexOf(canary) - 200), all.indexOf(canary) + 50)}`,
    );
  assert.ok(!JSON.stringify(findings[3]?.evidence?.request).includes('canary-token'));
});
