import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isReason,
  joinReasons,
  mapReason,
  quoteAfter,
  reason,
  reasonInWords,
  shortReason,
  span,
  target,
  targetAfter,
} from '../../model/reason.ts';
import { HOUR } from '../../model/time.ts';

const host: string = 'db.lan';
const NOW = Date.UTC(2026, 10, 21, 14, 5);

test('a reason is written as a sentence, and kept in parts', () => {
  const why = reason`no answer from ${target(host, 'a host')} within ${span(10_000)}${quoteAfter(': ', 'gone')}`;
  assert.deepEqual(why, [
    'no answer from ',
    { target: 'db.lan', instead: 'a host' },
    ' within 10 s',
    { quote: 'gone', lead: ': ' },
  ]);
  assert.equal(reasonInWords(why), 'no answer from db.lan within 10 s: gone');
});

test('a text of which the compiler does not know where it comes from cannot be written into one', () => {
  // @ts-expect-error: it may be an address.
  const plain = reason`connected to ${host}`;
  // @ts-expect-error: so may a part of it.
  const inside = reason`connected to ${`the host ${host}`}`;
  assert.deepEqual([plain.length, inside.length], [1, 1]);
});

test('the operator reads titles, and instants as far as they differ from now', () => {
  const at = { at: NOW - 30 * HOUR, zone: 'UTC' };
  assert.equal(reasonInWords(reason`since ${at}`, NOW), 'since 20 Nov 08:05');
  assert.equal(reasonInWords(reason`since ${{ ...at, at: NOW, seconds: true }}`, NOW), 'since 14:05:00');
  assert.equal(reasonInWords(reason`since ${at}`), 'since 20 Nov 2026 08:05');
  assert.equal(reasonInWords(reason`because of ${{ monitor: 'nas', title: 'The NAS' }}`), 'because of The NAS');
});

test('several are joined, and each text of them can be changed', () => {
  const both = joinReasons([reason`refused${targetAfter(' by ', host)}`, ['fine']], '; ');
  assert.equal(reasonInWords(both), 'refused by db.lan; fine');
  assert.equal(
    reasonInWords(mapReason(both, (text) => text.replaceAll('db', '[hidden]'))),
    'refused by [hidden].lan; fine',
  );
});

test('one that is too long is cut, and stays a reason', () => {
  const long = reason`says ${target('x'.repeat(500), 'much')} and more`;
  const short = shortReason(long, 100);
  assert.equal(reasonInWords(short).length, 100);
  assert.deepEqual(short.at(-1), { target: `${'x'.repeat(94)}…`, instead: 'much' });
  assert.equal(shortReason(['fine'], 100)[0], 'fine');
});

test('what comes from another process is a reason only in every part', () => {
  const whole = [
    'a',
    { target: 'b', lead: ' by ' },
    { quote: 'c' },
    { monitor: 'd', title: 'D' },
    { at: 1, seconds: true },
  ];
  assert.ok(isReason(whole));
  for (const part of [
    1,
    null,
    [],
    {},
    { target: 1 },
    { target: 'a', quote: 'b' },
    { monitor: 'm' },
    { at: 'now' },
    { at: 1e16 },
    { at: 1, zone: 2 },
    { quote: 'a', lead: 1 },
  ])
    assert.ok(!isReason([...whole, part]), JSON.stringify(part));
  assert.ok(!isReason('a'));
});
