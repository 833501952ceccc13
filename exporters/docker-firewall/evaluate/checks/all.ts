import type { FirewallFinding } from '../../report.ts';
import { findBackendMismatch, findSplitBrain, findTimeBomb } from './backends.ts';
import { findBlocked } from './blocked.ts';
import { findDisorder, findMissingChains } from './chains.ts';
import { findMissingDnat } from './dnat.ts';
import { findDrift } from './drift.ts';
import { findEngineChanged } from './engine-changed.ts';
import { findExposure } from './exposure.ts';
import { findBridgesDown, findForwardingOff, findMissingMasquerade } from './networks.ts';
import type { Check, Situation } from './situation.ts';
import { findStaleTargets } from './stale.ts';

const CHECKS: readonly Check[] = [
  ...[findBlocked, findMissingDnat, findSplitBrain, findBackendMismatch, findTimeBomb, findMissingChains, findDisorder],
  ...[findMissingMasquerade, findBridgesDown, findForwardingOff, findStaleTargets, findExposure],
  ...[findEngineChanged, findDrift],
];

/** Tests every invariant; what two of them say of one cause is said once. Without Docker there is nothing to test. */
export function findAll(situation: Situation): FirewallFinding[] {
  if (situation.snapshot.docker === undefined) return [];
  const kept: FirewallFinding[] = [];
  for (const finding of CHECKS.flatMap((check) => [...check(situation)]))
    if (!kept.some((one) => isSameCause(one, finding))) kept.push(finding);
  return kept;
}

function isSameCause(one: FirewallFinding, other: FirewallFinding): boolean {
  if (one.check !== other.check) return false;
  if (one.says === other.says) return true;
  // That a port leads to an address that is stale has been said, with the port.
  const address = one.check === 'stale_target' ? /leads? to ([\da-f.:]+),/.exec(other.says)?.[1] : undefined;
  return address !== undefined && one.says.includes(`to ${address},`);
}
