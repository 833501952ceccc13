import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publicReasons } from '../../status-site/public-reason.ts';

const shown = publicReasons({
  unspoken: ['nas', 'Router in the cellar', 'a.b'],
  spoken: ['quarry.example status', 'website'],
});

const SAFE = [
  '502 Bad Gateway',
  '200 OK',
  'slow: 2.4 s, usually 300 ms',
  'TLS certificate expired 3 h ago',
  'last run 03:15, took 22 min',
  'last sign 2026-11-21 13:52:10',
  'both answer, same serial',
  '2 of 5 pings were lost',
  'status 404, wanted 200',
  'wrong page: status 200, but without the site’s own mark',
  'exit code 2 and/or nothing',
  'TLSv1.3 with AES, 12/20 answered',
  'quarry.example does not resolve',
];
for (const reason of SAFE) test(`the reason “${reason}” is shown as it is`, () => assert.equal(shown(reason), reason));

const LEAKS: readonly (readonly [string, string])[] = [
  ['connection refused by 10.0.0.5:443', 'connection refused'],
  ['connection refused by 203.0.113.7', 'connection refused'],
  ['no answer from [fd00::17]:8443 within 10 s', 'no answer within 10 s'],
  ['no answer from fe80::1%eth0', 'no answer'],
  ['no answer from ::1', 'no answer'],
  ['no answer from ::ffff:10.1.2.3', 'no answer'],
  ['neighbour 52:54:00:12:34:56 is silent', 'neighbour an address is silent'],
  ['network 10.8.0.0/24 is gone', 'network an address is gone'],
  ['TLS certificate of db.internal.lan expired 3 h ago', 'TLS certificate expired 3 h ago'],
  ['db.internal.lan does not resolve', 'a host does not resolve'],
  ['zone.internal.lan SOA: serial 2026112101 from 10.0.0.53:53', 'SOA serial 2026112101'],
  ['origin-7.cdn.example.net:8443 refused', 'a host refused'],
  ['localhost:5432 refused', 'a host refused'],
  ['postgres:5432 refused', 'a host refused'],
  ['redirected to https://admin:pw@intern.example/login?token=abc', 'redirected'],
  ['cannot write /var/lib/backup/snapshots', 'cannot write a path'],
  ['"/srv/www/index.php" on line 4', '"a path" on line 4'],
  ['C:\\Users\\admin\\job.ps1 failed', 'a path failed'],
  ['mail to root@quarry.lan bounced', 'mail bounced'],
  ['login failed: password=hunter2', 'login failed: password=…'],
  ['sent Authorization: Bearer abcdef123456', 'sent Authorization: … …'],
  ['job 6ba7b810-9dad-11d1-80b4-00c04fd430c8 failed', 'job … failed'],
  ['backup.service failed: exit code 1', 'a unit failed: exit code 1'],
  ['it starts copy@srv-media.service, and there is no such unit', 'it starts a unit, and there is no such unit'],
  ['not running, waits for api.socket.', 'not running, waits for a unit.'],
  ['api.service.internal does not resolve', 'a host does not resolve'],
  ['unreachable because of nas', 'unreachable because of something not shown here'],
  ['unreachable because of ROUTER in the Cellar', 'unreachable because of something not shown here'],
  ['unreachable because of a.b', 'unreachable because of something not shown here'],
];
for (const [reason, wanted] of LEAKS)
  test(`of “${reason}” the public sees “${wanted}”`, () => {
    assert.equal(shown(reason), wanted);
  });

test('a name that is only part of a word is left alone', () =>
  assert.equal(shown('dynastic nasturtium'), 'dynastic nasturtium'));

test('lines, control characters and turned text become one plain line', () => {
  assert.equal(shown('first\r\n\tsecond\u2028third\u0000\u001b[31mred'), 'first second third [31mred');
  assert.equal(shown('\u202egnp exe\u2066 \u200bhidden\ufeff'), 'gnp exe hidden');
  assert.equal(shown(`Z${'\u0301'.repeat(60)}algo`), `Z${'\u0301'.repeat(3)}algo`);
});

test('a long reason is cut at 200 characters, whole characters only', () => {
  const form = shown('🚂 late '.repeat(200));
  assert.equal(Array.from(form).length <= 200, true);
  assert.ok(form.endsWith('…'));
  assert.ok(form.isWellFormed());
});

test('a megabyte of hostile text takes no time', () => {
  const started = process.cpuUsage().user;
  for (const text of [
    'a.'.repeat(5e5),
    '1.'.repeat(5e5),
    ':'.repeat(1e6),
    '/a'.repeat(5e5),
    'x@'.repeat(5e5),
    'a-'.repeat(5e5),
    '\u0301'.repeat(1e6),
  ])
    shown(text);
  assert.ok(process.cpuUsage().user - started < 1_000_000, 'less than a second of processor time');
});
