import { hasConnection, isAnswer } from '../rules/connection.ts';
import { describeDecision, type Hook } from '../rules/model.ts';
import { isSame, type Packet, type World } from '../rules/packet.ts';
import type { BaseChain, Ruleset, Stop } from '../rules/ruleset.ts';
import { distinct, doubtful, type End, type Flow, isAlike, withPacket } from './flow.ts';
import { type Passed, walkBase } from './walk-chain.ts';

/** Leads a packet through everything at one hook, in the kernel's order. A drop anywhere ends it; an accept ends only its own chain. */
export function passHook(rules: Ruleset, hook: Hook, flow: Flow, world: World): Passed {
  return passAll(rules.turnsAt(flow.packet.family, hook), flow, (stops, one) => passTogether(stops, hook, one, world));
}

/** Leads a packet through several things, one after the other; most often there is one way alone. */
function passAll<Thing>(things: readonly Thing[], flow: Flow, pass: (thing: Thing, flow: Flow) => Passed): Passed {
  const dropped: End[] = [];
  let flows: readonly Flow[] = [flow];
  for (const thing of things) {
    const passed: Flow[] = [];
    for (const one of flows) {
      const result = pass(thing, one);
      passed.push(...result.passed);
      dropped.push(...result.dropped);
    }
    flows = distinct(passed);
    if (flows.length === 0) break;
  }
  return { passed: flows, dropped };
}

/** Which of several at one priority is asked first depends on which came first: that matters where one changes what another goes by. */
function passTogether(stops: readonly Stop[], hook: Hook, flow: Flow, world: World): Passed {
  const [first] = stops;
  if (first !== undefined && stops.length === 1) return passStop(first, hook, flow, world);
  const usual = passInTurn(stops, hook, flow, world);
  if (usual.dropped.length === 0 && usual.passed.every((one) => isAlike(one, flow))) return usual;
  const reverse = passInTurn(stops.toReversed(), hook, flow, world);
  const isOneWay =
    usual.dropped.length === reverse.dropped.length &&
    usual.passed.length === reverse.passed.length &&
    usual.passed.every((one) => reverse.passed.some((other) => isAlike(one, other)));
  if (isOneWay) return usual;
  const either = doubtful(flow, { what: `which of several chains at one priority of ${hook} is asked first` });
  const both = [stops, stops.toReversed()].map((order) => passInTurn(order, hook, either, world));
  return { passed: distinct(both.flatMap(({ passed }) => passed)), dropped: both.flatMap(({ dropped }) => dropped) };
}

function passInTurn(stops: readonly Stop[], hook: Hook, flow: Flow, world: World): Passed {
  return passAll(stops, flow, (stop, one) => passStop(stop, hook, one, world));
}

/** Leads a packet through chains that stand one after the other. */
export function passChains(chains: readonly BaseChain[], flow: Flow, world: World): Passed {
  return passAll(chains, flow, (chain, one) => walkBase(chain, one, world));
}

function passStop(stop: Stop, hook: Hook, flow: Flow, world: World): Passed {
  if (stop.stop === 'chain') return walkBase(stop.chain, flow, world);
  if (stop.stop === 'conntrack') return { passed: [withPacket(flow, tracked(flow.packet))], dropped: [] };
  const { packet } = flow;
  // Conntrack's rewriting is of connections: one that it does not follow keeps its addresses.
  if (!hasConnection(packet)) return { passed: [flow], dropped: [] };
  if (isAnswer(packet)) return { passed: [withPacket(flow, rewriteBack(packet, hook))], dropped: [] };
  if (packet.becomes === 'ESTABLISHED') return { passed: [withPacket(flow, rewriteOn(packet, hook))], dropped: [] };
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

/** Does for a later packet what was done to the first one. */
function rewriteOn(packet: Packet, hook: Hook): Packet {
  const { src, sport, dst, dport } = packet.settled ?? packet;
  return hook === 'prerouting' || hook === 'output' ? { ...packet, dst, dport } : { ...packet, src, sport };
}

/** A packet of this host to itself passes prerouting and input after its addresses were settled on the way out. */
function isSettled(packet: Packet, hook: Hook): boolean {
  return packet.in === 'lo' && (hook === 'prerouting' || hook === 'input');
}

/** The first chain that rewrites settles it. */
function passNat(chains: readonly BaseChain[], flow: Flow, world: World): Passed {
  const dropped: End[] = [];
  const settled: Flow[] = [];
  let open: readonly Flow[] = [flow];
  for (const [at, chain] of chains.entries()) {
    const still: Flow[] = [];
    for (const one of open) {
      const result = walkNat(chain, chains.slice(at + 1), one, world);
      dropped.push(...result.dropped);
      for (const passed of result.passed) (passed.isTranslated === true ? settled : still).push(passed);
    }
    open = distinct(still);
  }
  return { passed: distinct([...settled.map(({ isTranslated: _, ...flow }) => flow), ...open]), dropped };
}

/** Of two tables at one priority, which is asked first depends on which came first: that matters where they decide otherwise. */
function walkNat(chain: BaseChain, later: readonly BaseChain[], flow: Flow, world: World): Passed {
  const result = walkBase(chain, flow, world);
  const decided = decisionsOf(result, flow);
  if (decided.length === 0) return result;
  const { base, backend, table } = chain;
  const rival = later.find(
    (one) =>
      one.base.priority === base.priority &&
      !(one.backend === backend && one.table === table) &&
      decisionsOf(walkBase(one, flow, world), flow).some((other) => !decided.some((own) => isOne(own, other))),
  );
  if (rival === undefined) return result;
  const what = `which of ${describeDecision({ chain })} and ${describeDecision({ chain: rival })} is asked first`;
  const both = [chain, rival].map((one) => walkBase(one, doubtful(flow, { what }), world));
  return { passed: both.flatMap(({ passed }) => passed), dropped: both.flatMap(({ dropped }) => dropped) };
}

type Decision = Packet | 'drop' | 'anything';

/** What a chain that rewrites may make of a packet, where it does not leave it to others. */
function decisionsOf({ passed, dropped }: Passed, before: Flow): readonly Decision[] {
  return [
    ...(dropped.length > 0 ? (['drop'] as const) : []),
    ...passed.flatMap(({ packet, isTranslated, doubt }): Decision[] => {
      if (doubt?.isOpen === true && before.doubt?.isOpen !== true) return ['anything'];
      return isTranslated === true ? [packet] : [];
    }),
  ];
}

function isOne(one: Decision, other: Decision): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other && one === 'drop';
  return isSame(one, other);
}
