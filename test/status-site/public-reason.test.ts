import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quote, quoteAfter, type Reason, reason, span, target, targetAfter } from '../../model/reason.ts';
import { HOUR, MINUTE, SECOND } from '../../model/time.ts';
import { publicReasons } from '../../status-site/public-reason.ts';
import { NOW, siteMonitor } from './world.ts';

const monitors = [siteMonitor('website'), siteMonitor('gateway', { title: 'Gateway at home' })];
const shown = publicReasons({ title: 'quarry.example status', monitors }, NOW);

const behind = (monitor: string, title: string) => reason`unreachable because of ${{ monitor, title }}`;

const CASES: readonly (readonly [what: string, reason: Reason, wanted: string])[] = [
  [
    'words of ours are for everybody',
    reason`slow: ${span(2_400)}, wanted under ${span(300)}`,
    'slow: 2.4 s, wanted under 300 ms',
  ],
  [
    'an address goes with what leads to it',
    reason`connection refused${targetAfter(' by ', '10.0.0.5:443')}`,
    'connection refused',
  ],
  ['so does a host without a dot', reason`no route to host${targetAfter(' ', 'secretdb')}`, 'no route to host'],
  ['a name is a host', reason`${target('secretdb', 'a host')} does not exist`, 'a host does not exist'],
  [
    'a host in the title of the site is public',
    reason`${target('quarry.example', 'a host')} does not exist`,
    'quarry.example does not exist',
  ],
  [
    'a host of which a title is a part is not',
    reason`${target('db.quarry.example', 'a host')} does not exist`,
    'a host does not exist',
  ],
  [
    'nor a part of what stands in a title',
    reason`${target('quarry', 'a host')} does not exist`,
    'a host does not exist',
  ],
  ['nor its port', reason`connection refused${targetAfter(' by ', 'quarry.example:8443')}`, 'connection refused'],
  [
    'what came is not told',
    reason`${quote('"220 vault ready"', 'answered')}${targetAfter(' from ', '10.0.0.9:25')}`,
    'answered',
  ],
  [
    'also where a title says it',
    reason`body does not contain ${quote('website', 'what it should')}`,
    'body does not contain what it should',
  ],
  [
    'an error of others goes with its colon',
    reason`TLS handshake failed${quoteAfter(': ', 'alert 80')}`,
    'TLS handshake failed',
  ],
  ['a public monitor has its title of today', behind('gateway', 'Old box'), 'unreachable because of Gateway at home'],
  [
    'one that is not public, or gone, has none',
    behind('vault', 'Secret Vault of Bob'),
    'unreachable because of something it needs',
  ],
  [
    'nor one that has another name now',
    behind('Gateway at home', 'Gateway at home'),
    'unreachable because of something it needs',
  ],
  ['a text that nobody knows is not told', [{ quote: 'unreachable because of Secret Vault of Bob' }], ''],
  [
    'instants are in UTC and say so once',
    reason`no sign since ${{ at: NOW - HOUR, zone: 'Asia/Tokyo' }}; it was due at ${{ at: NOW - 5 * MINUTE }}`,
    'no sign since 13:05 UTC; it was due at 14:00',
  ],
  ['those of another day say which', reason`last sign ${{ at: NOW - 30 * HOUR }}`, 'last sign 20 November, 08:05 UTC'],
  [
    'of what comes often, to the second',
    reason`last sign ${{ at: NOW - 10 * SECOND, seconds: true }}`,
    'last sign 14:05:10 UTC',
  ],
];
for (const [what, written, wanted] of CASES) test(`to the public ${what}`, () => assert.equal(shown(written), wanted));

test('lines, control characters and turned text become one plain line', () => {
  assert.equal(shown(['first\r\n\tsecond\u2028third\u0000\u001b[31mred']), 'first second third [31mred');
  assert.equal(shown(['\u202egnp exe\u2066 \u200bhidden\ufeff']), 'gnp exe hidden');
  assert.equal(shown([`Z${'\u0301'.repeat(60)}algo`]), `Z${'\u0301'.repeat(3)}algo`);
});

test('a long reason is cut at 200 characters, whole characters only', () => {
  const form = shown(['🚂 late '.repeat(200)]);
  assert.equal(Array.from(form).length <= 200, true);
  assert.ok(form.endsWith('…'));
  assert.ok(form.isWellFormed());
});
