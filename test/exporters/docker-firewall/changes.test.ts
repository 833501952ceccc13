import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOf } from '../../../exporters/docker-firewall/changes.ts';
import { evaluate } from '../../../exporters/docker-firewall/evaluate.ts';
import { NOTHING } from '../../../exporters/docker-firewall/memory.ts';
import { rulesetHashes } from '../../../exporters/docker-firewall/rulesets.ts';
import type { Snapshot } from '../../../exporters/docker-firewall/snapshot.ts';
import { healthyWorld, WEB } from './evaluate/world.ts';

const LEGACY = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [7:420]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';

function withLegacy(snapshot: Snapshot, legacy4: string): Snapshot {
  return { ...snapshot, rules: { ...snapshot.rules, legacy4 } };
}

function between(before: Snapshot, snapshot: Snapshot): string[] {
  const seen = Object.entries(rulesetHashes(before)).map(([backend, hash]) => [backend, { hash }]);
  const old = { ...NOTHING, rulesets: Object.fromEntries(seen) };
  const { changes } = changesOf({
    at: 0,
    snapshot,
    old,
    report: evaluate(snapshot, { before }),
    engine: undefined,
    mayTell: true,
  });
  return changes.map(({ what, detail }) => `${what}: ${detail}`);
}

test('each backend is told with its own lines; what Docker wrote in the other at the same time is no change of its own', () => {
  const before = withLegacy(healthyWorld(), LEGACY);
  const ports = [{ host: 5432, inside: 5432 }];
  const another = healthyWorld({ webs: [WEB, { name: 'db', network: 'bridge', ip: '172.17.0.3', ports }] });
  assert.deepEqual(between(before, withLegacy(another, LEGACY.replace('DROP', 'ACCEPT'))), [
    'iptables-legacy rules: nothing that Docker did explains it\n- legacy filter FORWARD policy DROP',
  ]);
});

test('what could not be read for a moment has not changed, and what changed beside it has', () => {
  const before = withLegacy(healthyWorld(), LEGACY);
  const after = withLegacy(before, LEGACY.replace('DROP', 'ACCEPT'));
  const { nft4: _, nft6: __, ...rules } = after.rules;
  const missing = (['nft4', 'nft6'] as const).map((part) => ({ part, why: 'exit code 1' }));
  assert.deepEqual(between(before, { ...after, rules, missing }), [
    'iptables-legacy rules: nothing that Docker did explains it\n- legacy filter FORWARD policy DROP',
  ]);
});
