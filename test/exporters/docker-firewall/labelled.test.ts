import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../exporters/docker-firewall/evaluate.ts';
import { readLabelled } from '../../integration/firewall/label.ts';
import { lineOn } from '../../integration/firewall/outcome.ts';
import { knocksOf, portInWords } from '../../integration/firewall/truth.ts';

const SNAPSHOTS = [
  'docker-28-0-iptables-legacy-flushed',
  'docker-28-0-iptables-legacy-healthy',
  'docker-28-0-iptables-nft-flushed',
  'docker-28-0-iptables-nft-healthy',
  'docker-28-iptables-nft-healthy',
  'docker-28-iptables-nft-no-jump',
  'docker-29-iptables-legacy-healthy',
  'docker-29-iptables-legacy-no-jump',
  'docker-29-nftables-healthy',
  'docker-29-nftables-legacy-drop',
  'docker-28-iptables-nft-ipv6-healthy',
  'docker-28-iptables-nft-ipv6-closed',
  'docker-28-iptables-nft-ipv6-no-jump',
  'docker-29-iptables-legacy-ipv6-healthy',
  'docker-29-iptables-legacy-ipv6-closed',
  'docker-29-iptables-legacy-ipv6-no-jump',
  'docker-29-nftables-ipv6-healthy',
  'docker-29-nftables-ipv6-closed',
  'docker-29-nftables-ipv6-drop',
];

for (const name of SNAPSHOTS) {
  test(`a kept snapshot tells what clients found then: ${name}`, async () => {
    const { snapshot, reached, finds, from } = await readLabelled(name);
    const report = evaluate(snapshot, { from });
    const said = Object.fromEntries(
      knocksOf(snapshot).map((knocked) => [portInWords(knocked), lineOn(report, knocked)?.verdict]),
    );
    const truth = Object.entries(reached).map(([port, was]) => [port, was ? 'reachable' : 'blocked']);
    assert.deepEqual(said, Object.fromEntries(truth));
    assert.deepEqual([...new Set(report.findings.map(({ check }) => check))], finds);
  });
}
