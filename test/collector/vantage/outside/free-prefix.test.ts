import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { test } from 'node:test';
import { freePair4, freePair6 } from '../../../../collector/vantage/outside/free-prefix.ts';

/** Always the first choice, then the next: the same in every run. */
function counting(): (below: number) => number {
  let next = 0;
  return (below) => next++ % below;
}

test('a stranger has an address that documentation alone has, and never one in use', () => {
  const inUse = ['default', '10.0.0.0/8', '203.0.113.0/24', '198.51.100.7', '192.0.2.128/25'];
  for (let time = 0; time < 200; time++) {
    const pair = freePair4(inUse);
    assert.ok(pair !== undefined);
    const last = Number(pair.mine.split('.')[3]);
    assert.match(pair.mine, /^(198\.51\.100|192\.0\.2)\./);
    assert.ok(!pair.mine.startsWith('192.0.2.') || last < 128, pair.mine);
    assert.ok(!pair.mine.startsWith('198.51.100.') || last < 4 || last > 7, pair.mine);
    assert.equal(pair.theirs, pair.mine.replace(/\d+$/, String(last + 1)));
    assert.equal(last % 4, 1);
  }
});

test('where documentation is in use it is a carrier, and where nothing is free there is none', () => {
  const documentation = ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24'];
  assert.match(freePair4(documentation)?.mine ?? '', /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./);
  assert.equal(freePair4([...documentation, '100.64.0.0/10']), undefined);
});

test('a VPN that leads the whole world into its tunnel does not stand in the way', () => {
  assert.ok(freePair4(['0.0.0.0/1', '128.0.0.0/1']) !== undefined);
});

test('by IPv6 it is a unique local prefix of its own', () => {
  const pair = freePair6(['fe80::/64', 'fd00:1:3::/48'], counting());
  assert.match(pair?.mine ?? '', /^fd00:1:2::1$/);
  assert.ok(isIPv6(pair?.mine ?? '') && isIPv6(pair?.theirs ?? ''));
  assert.equal(freePair6(['fc00::/8', 'fd00::/8']), undefined);
});
