import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../../exporters/docker-firewall/evaluate.ts';
import type { Snapshot } from '../../../../exporters/docker-firewall/snapshot.ts';
import { healthyWorld } from './world.ts';

const CLOSED = `*filter
:INPUT DROP [7:420]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
[0:0] -A INPUT -i lo -j ACCEPT
[0:0] -A INPUT -p ipv6-icmp -j ACCEPT
[0:0] -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
`;

/** The healthy host with an address of IPv6, whose firewall lets no stranger in, and its port on these addresses. */
function closedWorld(...bound: readonly string[]): Snapshot {
  const world = healthyWorld();
  const docker = world.docker ?? assert.fail();
  const [web = assert.fail()] = docker.containers;
  const bindings = bound.map((HostIp) => ({ HostIp, HostPort: '8080' }));
  const settings = web.NetworkSettings as Record<string, unknown>;
  const six = { family: 'inet6', local: '2001:db8::10', prefixlen: 64, scope: 'global' };
  return {
    ...world,
    rules: { ...world.rules, nft6: CLOSED },
    addresses: world.addresses.map((one) =>
      one.ifname === 'eth0' ? { ...one, addr_info: [...one.addr_info, six] } : one,
    ),
    routes6: [
      { dst: 'default', gateway: 'fe80::1', dev: 'eth0' },
      { dst: '2001:db8::/64', dev: 'eth0' },
    ],
    docker: {
      ...docker,
      containers: [{ ...web, NetworkSettings: { ...settings, Ports: { '80/tcp': bindings } } }],
    },
    listeners: bound.map((address) => ({ proto: 'tcp', address, port: 8080, program: 'docker-proxy' })),
  };
}

const strangersOf = (world: Snapshot) => evaluate(world).ports.filter(({ from }) => from === 'outside');

test('IPv6 that the operator closed and Docker did not set up is blocked, and nothing is wrong', () => {
  const world = closedWorld('0.0.0.0', '::');
  assert.deepEqual(evaluate(world).findings, []);
  const [four, six] = strangersOf(world);
  assert.deepEqual([four?.verdict, four?.onPurpose], ['reachable', undefined]);
  assert.deepEqual([six?.verdict, six?.onPurpose], ['blocked', true]);
  assert.match(six?.why ?? '', /INPUT policy is DROP .* no IPv6 for web, so nothing of Docker's is broken\.$/);
});

test('what is published on IPv6 alone is meant to be reached by it', () => {
  for (const address of ['::', '2001:db8::10']) {
    const world = closedWorld(address);
    assert.deepEqual(
      evaluate(world).findings.map(({ check, severity }) => [check, severity]),
      [['forward_blocked', 'critical']],
    );
    assert.equal(strangersOf(world)[0]?.onPurpose, undefined);
  }
});

test('a host without an address of IPv6 loses nothing by it', () => {
  const closed = closedWorld('0.0.0.0', '::');
  const { addresses } = healthyWorld();
  const world = { ...closed, addresses, routes6: [] };
  assert.deepEqual(evaluate(world).findings, []);
  assert.deepEqual(
    strangersOf(world).map(({ verdict, onPurpose }) => [verdict, onPurpose]),
    [
      ['reachable', undefined],
      ['blocked', true],
    ],
  );
});
