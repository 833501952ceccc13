import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIp, parseIp, parseRange } from '../../../../exporters/docker-firewall/rules/addresses.ts';
import { compileSaveRule } from '../../../../exporters/docker-firewall/rules/save-rule.ts';

test('addresses and prefixes are read and written as people write them', () => {
  for (const text of ['192.0.2.1', '0.0.0.0', '255.255.255.255', '::', '::1', 'fd00:17::2', '2001:db8::1:0:0:1'])
    assert.equal(formatIp(parseIp(text)?.ip ?? -1), text);
  assert.equal(formatIp(parseIp('::ffff:192.0.2.1')?.ip ?? -1), '::ffff:c000:201');
  for (const wrong of ['', '1.2.3', '1.2.3.256', '1::2::3', ':1']) assert.equal(parseIp(wrong), undefined, wrong);
  assert.deepEqual(parseRange('10.1.2.3/255.255.0.0'), parseRange('10.1.0.0-10.1.255.255'));
  assert.equal(parseRange('10.0.0.0/255.0.255.0'), undefined);
});

test('a comment that looks like a rule is only a comment', () => {
  const line = '[7:420] -A FORWARD -i eth0 -m comment --comment "never -j ACCEPT \\"these\\" ! -o x" -j DROP';
  const rule = compileSaveRule(line, 'ip', () => undefined);
  assert.equal(rule.packets, 7);
  assert.deepEqual(rule.actions, [{ do: 'drop' }]);
  assert.equal(rule.tests.length, 1);
});

test('a target or match that is not known is said so, and never taken for another', () => {
  const rule = compileSaveRule(
    '-A FORWARD -m set ! --match-set bad src -m owner --uid-owner 0 -j TPROXY --on-port 1',
    'ip',
    () => undefined,
  );
  assert.deepEqual(rule.actions, [{ do: 'unmodelled', what: '-j TPROXY' }]);
  assert.deepEqual(
    rule.tests.map(({ what }) => what),
    ['-m set --match-set bad src', '-m owner --uid-owner 0'],
  );
});
