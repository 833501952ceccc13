import { getOrMake } from '../rules/get-or-make.ts';
import type { Chain, Rule, Test } from '../rules/model.ts';
import { NO, type Packet, type World, YES } from '../rules/packet.ts';

/** A rule that a packet may meet, and the conditions that are left to ask. */
export interface Candidate {
  readonly rule: Rule;
  readonly tests: readonly Test[];
}

const known = new WeakMap<Chain, Map<string, readonly Candidate[]>>();

/** The rules of a chain that hold for a packet's interfaces and protocol: found once for all packets that share these. */
export function candidatesFor(chain: Chain, packet: Packet, world: World): readonly Candidate[] {
  const byKind = known.get(chain) ?? new Map<string, readonly Candidate[]>();
  known.set(chain, byKind);
  const key = `${packet.in}|${packet.out}|${packet.proto}|${packet.family}`;
  return getOrMake(byKind, key, () => chain.rules().flatMap((rule) => candidateOf(rule, packet, world)));
}

function candidateOf(rule: Rule, packet: Packet, world: World): Candidate[] {
  const tests: Test[] = [];
  for (const test of rule.tests) {
    const holds = test.isCoarse === true ? test.holds(packet, world) : undefined;
    if (holds === NO) return [];
    if (holds !== YES) tests.push(test);
  }
  return [{ rule, tests }];
}
