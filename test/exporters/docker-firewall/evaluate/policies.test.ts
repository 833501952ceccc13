import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../../exporters/docker-firewall/evaluate.ts';
import type { IpPolicy, IpRoute, Snapshot } from '../../../../exporters/docker-firewall/snapshot.ts';
import { healthyWorld } from './world.ts';

/** What `ip -j rule` prints on every machine. */
const USUAL: readonly IpPolicy[] = [
  { priority: 0, src: 'all', table: 'local' },
  { priority: 32_766, src: 'all', table: 'main' },
  { priority: 32_767, src: 'all', table: 'default' },
];

function withPolicies(policies: readonly IpPolicy[], routes: readonly IpRoute[]): Snapshot {
  const healthy = healthyWorld();
  return { ...healthy, policies4: [...USUAL, ...policies], routes4: [...healthy.routes4, ...routes] };
}

function fromOutside(snapshot: Snapshot) {
  const { ports, findings } = evaluate(snapshot);
  const outside = ports.find(({ from }) => from === 'outside');
  return { verdict: outside?.verdict, why: outside?.why ?? '', findings };
}

test('the rules that every machine has change nothing', () => {
  const { verdict, findings } = fromOutside(withPolicies([], []));
  assert.equal(verdict, 'reachable');
  assert.deepEqual(findings, []);
});

test('a routing rule that may send answers elsewhere makes unknown, and is named', () => {
  const rule: IpPolicy = { priority: 100, src: '172.17.0.0', srclen: 16, table: '77' };
  const { verdict, why, findings } = fromOutside(
    withPolicies([rule], [{ dst: 'default', table: '77', type: 'blackhole' }]),
  );
  assert.equal(verdict, 'unknown');
  assert.match(why, /from 172\.17\.0\.0\/16 lookup 77/);
  assert.deepEqual(findings, []);
});

test('a routing rule whose table has no way for these packets, or the same, changes nothing', () => {
  const rule: IpPolicy = { priority: 100, src: 'all', table: '52' };
  assert.equal(
    fromOutside(withPolicies([rule], [{ dst: '100.64.0.0/10', dev: 'vpn0', table: '52' }])).verdict,
    'reachable',
  );
  const same = { dst: 'default', dev: 'eth0', gateway: '192.0.2.1', table: '52' };
  const away = { dst: '172.16.0.0/12', dev: 'vpn0', table: '52' };
  const marked: IpPolicy = { ...rule, fwmark: '0x1', fwmask: '0xff' };
  assert.equal(fromOutside(withPolicies([{ ...rule, src: '172.17.0.0', srclen: 16 }], [same])).verdict, 'reachable');
  assert.equal(fromOutside(withPolicies([marked], [away])).verdict, 'reachable', 'nothing marks the packets');
});

test('as wg-quick has it: what the main table knows better than by default goes its usual way', () => {
  const rules: IpPolicy[] = [
    { priority: 32_764, src: 'all', table: 'main', suppress_prefixlen: 0 },
    { priority: 32_765, not: null, src: 'all', fwmark: '0xca6c', table: '51820' },
  ];
  const { ports } = evaluate(withPolicies(rules, [{ dst: 'default', dev: 'wg0', table: '51820' }]), {
    from: '192.0.2.77',
  });
  assert.equal(ports.find(({ from }) => from === 'outside')?.verdict, 'reachable', 'a neighbour');
  assert.equal(fromOutside(withPolicies(rules, [{ dst: 'default', dev: 'wg0', table: '51820' }])).verdict, 'unknown');
});
