import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { backendsOf, engineInWords, engineOf } from '../../../exporters/docker-firewall/engine.ts';
import type { Packaging, Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';

const healthy = JSON.parse(
  readFileSync(new URL('../../fixtures/firewall/healthy.json', import.meta.url), 'utf8'),
) as Snapshot;

function packagedAs(packaging: Packaging, more: Partial<Snapshot> = {}): Snapshot {
  return { ...healthy, ...more, packaging };
}

const NFT = { iptablesVersion: 'iptables v1.8.9 (nf_tables)' };
const LEGACY = { iptablesVersion: 'iptables v1.8.9 (legacy)' };
const SNAP = '/snap/docker/2915/bin/dockerd';

test('an engine is named with who brought it', () => {
  const words = (packaging: Packaging) => engineInWords(engineOf(packagedAs(packaging)) ?? assert.fail());
  const deb = { 'docker.io': '20.10.24+dfsg1-1', iptables: '1.8.9-2' };
  assert.equal(
    words({ dockerdPath: '/usr/sbin/dockerd', versions: deb }),
    'docker.io 20.10.24+dfsg1 (20.10.24+dfsg1-1)',
  );
  const snap = { 'snap:docker': '28.1.1 (revision 2932, base core24)' };
  // What runs is one revision; the one that the next start takes is there already.
  assert.equal(words({ dockerdPath: SNAP, versions: { ...deb, ...snap } }), 'snap 20.10.24+dfsg1 (2915)');
  assert.equal(words({ dockerdPath: '/opt/dockerd', versions: {} }), 'other 20.10.24+dfsg1');
  const { docker: _, ...without } = healthy;
  assert.equal(engineOf(without), undefined);
});

test('the next start of dockerd takes the host backend, whatever its rules stand in now', () => {
  assert.deepEqual(backendsOf(packagedAs({ ...NFT, versions: {} })), {
    dockerd: 'nft_compat',
    host: 'nft_compat',
    next_restart: 'nft_compat',
  });
  assert.deepEqual(backendsOf(packagedAs({ ...LEGACY, versions: {} })), {
    dockerd: 'nft_compat',
    host: 'legacy',
    next_restart: 'legacy',
  });
});

test("the next start of dockerd takes the iptables of dockerd's own PATH, where that can be seen", () => {
  const next = (dockerdIptablesPath: string) =>
    backendsOf(packagedAs({ ...NFT, iptablesPath: '/usr/sbin/xtables-nft-multi', dockerdIptablesPath, versions: {} }))
      .next_restart;
  assert.equal(next('/opt/docker/bin/xtables-legacy-multi'), 'legacy');
  assert.equal(next('/usr/sbin/xtables-nft-multi'), 'nft_compat');
  assert.equal(next('/opt/docker/bin/iptables-wrapper'), undefined);
});

test("of two backends with Docker's rules that one lives that knows where containers are now, else the one that is written to", () => {
  const { nft4 = assert.fail() } = healthy.rules;
  const stale = nft4.replaceAll(/--to-destination \S+/g, '--to-destination 172.17.0.99:80');
  const living = (rules: Snapshot['rules'], packaging: object) =>
    backendsOf(packagedAs({ ...packaging, versions: {} }, { rules })).dockerd;
  assert.notEqual(stale, nft4);
  for (const packaging of [NFT, LEGACY]) {
    assert.equal(living({ nft4, legacy4: stale }, packaging), 'nft_compat');
    assert.equal(living({ nft4: stale, legacy4: nft4 }, packaging), 'legacy');
  }
  assert.equal(living({ nft4, legacy4: nft4 }, NFT), 'nft_compat');
  assert.equal(living({ nft4, legacy4: nft4 }, LEGACY), 'legacy');
});

test('a snap brings the backend of its base', () => {
  const next = (base: string, host: object) =>
    backendsOf(packagedAs({ ...host, dockerdPath: SNAP, versions: { 'snap:docker': `28 (revision 1, base ${base})` } }))
      .next_restart;
  assert.equal(next('core18', NFT), 'legacy');
  assert.equal(next('core22', LEGACY), 'nft_compat');
  assert.equal(next('core24', NFT), 'nft_compat');
  assert.equal(next('core24', LEGACY), undefined);
});

test('an engine that writes nftables itself goes on doing so', () => {
  const docker = { ...(healthy.docker ?? assert.fail()), info: { FirewallBackend: { Driver: 'nftables' } } };
  const { dockerd, next_restart } = backendsOf(packagedAs({ ...LEGACY, versions: {} }, { docker }));
  assert.deepEqual([dockerd, next_restart], ['nft_native', 'nft_native']);
});
