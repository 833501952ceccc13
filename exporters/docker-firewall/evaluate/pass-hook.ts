import { describeDecision, type Hook } from '../rules/model.ts';
import { isSame, type Packet, type World } from '../rules/packet.ts';
import type { BaseChain, Ruleset, Stop } from '../rules/ruleset.ts';
import { distinct, doubtful, type End, type Flow, withPacket } from './flow.ts';
import { type Passed, walkBase } from './walk-chain.ts';

/** Leads a packet through everything at one hook, in the kernel's order. A drop anywhere ends it; an accept ends only its own chain. */
export function passHook(rules: Ruleset, hook: Hook, flow: Flow, world: World): Passed {
  const dropped: End[] = [];
  let flows: readonly Flow[] = [flow];
  for (const stop of rules.stopsAt(flow.packet.family, hook)) {
    const next: Flow[] = [];
    for (const one of flows) {
      const result = passStop(stop, hook, one, world);
      next.push(...result.passed);
      dropped.push(...result.dropped);
    }
    flows = distinct(next);
    if (flows.length === 0) break;
  }
  return { passed: flows, dropped };
}

/** Leads a packet through chains that stand one after the other. */
export function passChains(chains: readonly BaseChain[], flow: Flow, world: World): Passed {
  const dropped: End[] = [];
  let flows: readonly Flow[] = [flow];
  for (const chain of chains) {
    const results = flows.map((one) => walkBase(chain, one, world));
    dropped.push(...results.flatMap((result) => result.dropped));
    flows = distinct(results.flatMap((result) => result.passed));
  }
  return { passed: flows, dropped };
}

function passStop(stop: Stop, hook: Hook, flow: Flow, world: World): Passed {
  if (stop.stop === 'chain') return walkBase(stop.chain, flow, world);
  if (stop.stop === 'conntrack') return { passed: [withPacket(flow, tracked(flow.packet))], dropped: [] };
  const { packet } = flow;
  // Conntrack's rewriting is of connections: one that it does not follow keeps its addresses.
  if (packet.untracked || packet.state === 'INVALID') return { passed: [flow], dropped: [] };
  if (packet.isReply) return { passed: [withPacket(flow, rewriteBack(packet, hook))], dropped: [] };
  if (isSettled(packet, hook)) return { passed: [flow], dropped: [] };
  return passNat(stop.chains, flow, world);
}

function tracked(packet: Packet): Packet {
  if (packet.state !== 'INVALID') return packet;
  return { ...packet, state: packet.untracked ? 'UNTRACKED' : packet.becomes };
}

/** Undoes for the reply what was done to the first packet: addresses it came to before routing, addresses it came from after it. */
function rewriteBack(packet: Packet, hook: Hook): Packet {
  const { original } = packet;
  if (hook === 'prerouting' || hook === 'output')
    return packet.snat ? { ...packet, dst: original.src, dport: original.sport } : packet;
  return packet.dnat ? { ...packet, src: original.dst, sport: original.dport } : packet;
}

/** A packet of this host to itself passes prerouting and input after its addresses were settled on the way out. */
function isSettled(packet: Packet, hook: Hook): boolean {
  return packet.in === 'lo' && (hook === 'prerouting' || hook === 'input');
}

/** The first chain that rewrites settles it. Of two backends at one priority, which is asked first depends on which came first. */
function passNat(chains: readonly BaseChain[], flow: Flow, world: World): Passed {
  const dropped: End[] = [];
  const settled: Flow[] = [];
  let open: readonly Flow[] = [flow];
  for (const [at, chain] of chains.entries()) {
    const still: Flow[] = [];
    for (const one of open) {
      const result = walkBase(chain, one, world);
      dropped.push(...result.dropped);
      for (const passed of result.passed) {
        if (isSame(passed.packet, one.packet)) still.push(passed);
        else settled.push(...orRival(passed, one, chains.slice(at + 1), chain, world));
      }
    }
    open = distinct(still);
  }
  return { passed: distinct([...settled, ...open]), dropped };
}

function orRival(
  settled: Flow,
  before: Flow,
  later: readonly BaseChain[],
  first: BaseChain,
  world: World,
): readonly Flow[] {
  const rivals = later.filter(
    ({ base, backend }) => base.priority === first.base.priority && backend !== first.backend,
  );
  for (const rival of rivals) {
    for (const other of walkBase(rival, before, world).passed) {
      if (isSame(other.packet, before.packet) || isSame(other.packet, settled.packet)) continue;
      const what = `which of ${describeDecision({ chain: first })} and ${describeDecision({ chain: rival })} is asked first`;
      return [doubtful(settled, { what }), doubtful(other, { what })];
    }
  }
  return [settled];
}
