import type { Hook } from '../rules/model.ts';
import type { Packet } from '../rules/packet.ts';
import type { BaseChain } from '../rules/ruleset.ts';
import { distinct, doubtful, type Flow, withPacket } from './flow.ts';
import { passChains } from './pass-hook.ts';
import type { Topology } from './topology.ts';
import type { Passed } from './walk-chain.ts';

/** Leads a packet through chains of the bridge family, which see the bridge's port where others see the bridge (`net/bridge/netfilter`). */
export function passBridge(chains: readonly BaseChain[], hook: Hook, flow: Flow, host: Topology): Passed {
  if (chains.length === 0) return { passed: [flow], dropped: [] };
  const side = hook === 'prerouting' || hook === 'input' ? 'in' : 'out';
  return byPort(flow, side, host, (one) => passChains(chains, one, host));
}

/** Leads a packet by a port of a bridge. By which one a container hangs on it is not known: where the ports fare differently, both ways are possible. */
export function byPort(flow: Flow, side: 'in' | 'out', host: Topology, pass: (flow: Flow) => Passed): Passed {
  const bridge = flow.packet[side];
  const { in: before, out: after } = flow.packet;
  const found = host.portsOf(bridge);
  const ports = found.length > 0 ? found : [bridge];
  const throughAll = (start: Flow) => ports.map((port) => pass(withPacket(start, atPort(start.packet, side, port))));
  const sure = throughAll(flow);
  const tried = sure.every((one) => faresAs(one, sure[0]))
    ? sure
    : throughAll(doubtful(flow, { what: `which port of ${bridge} it passes` }));
  const backOn = (one: Flow) => withPacket(one, { ...one.packet, in: before, out: after, frame: undefined });
  return {
    passed: distinct(tried.flatMap(({ passed }) => passed).map(backOn)),
    dropped: (tried[0]?.dropped.length ? tried.slice(0, 1) : tried).flatMap(({ dropped }) =>
      dropped.map((end) => ({ ...end, flow: backOn(end.flow) })),
    ),
  };
}

function faresAs(one: Passed, other: Passed | undefined): boolean {
  return one.passed.length === other?.passed.length && one.dropped.length === other.dropped.length;
}

/** What a port sees: where a packet goes to is not known when it comes in, nor where it came from when it leaves. */
function atPort(packet: Packet, side: 'in' | 'out', port: string): Packet {
  return { ...packet, in: '', out: '', [side]: port, frame: 'bridge' };
}
