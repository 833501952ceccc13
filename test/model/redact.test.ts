import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor } from '../../model/redact.ts';

const SECRET = 'p/ss wörd+Käse=7';

test('a secret is hidden in each way it may come back, and the text around it stays', () => {
  const redact = createRedactor([SECRET]);
  const url = new URL('http://a/');
  url.searchParams.set('key', SECRET);
  for (const [said, shown] of [
    [`it is ${SECRET}!`, 'it is [hidden]!'],
    [`?key=${encodeURIComponent(SECRET)}&x`, '?key=[hidden]&x'],
    [encodeURIComponent(SECRET).replace(/%../g, (one) => one.toLowerCase()), '[hidden]'],
    [url.search, '?key=[hidden]'],
    [Buffer.from(`said ${SECRET}`).toString('latin1'), 'said [hidden]'],
    [JSON.stringify({ key: `${SECRET}` }), '{"key":"[hidden]"}'],
  ] as const)
    assert.equal(redact(said), shown);
  assert.equal(createRedactor(['a"b\\c\nd'])(JSON.stringify('a"b\\c\nd')), '"[hidden]"');
});

test('in base64 a secret is hidden wherever it begins, whatever stands around it', () => {
  const redact = createRedactor([SECRET]);
  for (const alphabet of ['base64', 'base64url'] as const)
    for (const before of ['', 'u', 'us', 'use', 'user:'])
      for (const after of ['', 'x', 'xy']) {
        const shown = redact(Buffer.from(before + SECRET + after).toString(alphabet));
        assert.match(shown, /\[hidden\]/, `${before}|${after}`);
        assert.ok(shown.length < 10 + '[hidden]'.length + before.length * 2, shown);
      }
});

test('of a key each line is hidden, but not the words that say it is a key', () => {
  const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEF';
  const redact = createRedactor([`-----BEGIN PRIVATE KEY-----\n${line}\nAAAA\n-----END PRIVATE KEY-----`]);
  assert.equal(
    redact(`-----BEGIN PRIVATE KEY-----: bad line ${line}.`),
    '-----BEGIN PRIVATE KEY-----: bad line [hidden].',
  );
});

test('a text without secrets is left alone, and one that is too short to be a secret hides nothing', () => {
  assert.equal(createRedactor([])('all is well'), 'all is well');
  assert.equal(createRedactor(['all'])('all is well'), 'all is well');
});

test('the beginning of a secret is hidden where a text was cut, and only there', () => {
  const redact = createRedactor(['semaphore-arm-35', 'https://example.net/hook/47']);
  assert.equal(redact('it said semaphore-ar…'), 'it said [hidden]…');
  assert.equal(redact('it said semaphore-arm-3'), 'it said [hidden]');
  assert.equal(redact('semaphore is a semaphore… and so on'), 'semaphore is a [hidden]… and so on');
  assert.equal(redact('the semaphore is down'), 'the semaphore is down');
  assert.equal(redact('it ends with sema'), 'it ends with sema');
});
