import type { Hook } from '../rules/model.ts';
import type { BaseChain } from '../rules/ruleset.ts';
import { distinct, doubtful, type Flow, withPacket } from './flow.ts';
import { passChains } from './pass-hook.ts';
import type { Topology } from './topology.ts';
import type { Passed } from './walk-chain.ts';

/**
 * Leads a packet through chains of the bridge family, which see the bridge's port where others see the bridge (`net/bridge/netfilter`).
 * By which port a container hangs on it is not known: where the ports fare differently, both ways are possible.
 */
export function passBridge(chains: readonly BaseChain[], hook: Hook, flow: Flow, host: Topology): Passed {
  if (chains.length === 0) return { passed: [flow], dropped: [] };
  const side = hook === 'prerouting' || hook === 'input' ? 'in' : 'out';
  const bridge = flow.packet[side];
  const found = host.portsOf(bridge);
  const ports = found.length > 0 ? found : [bridge];
  const throughAll = (start: Flow) =>
    ports.map((port) => passChains(chains, withPacket(start, { ...start.packet, [side]: port }), host));
  const sure = throughAll(flow);
  const agree = sure.every(({ passed }) => passed.length === 0) || sure.every(({ dropped }) => dropped.length === 0);
  const tried = agree ? sure : throughAll(doubtful(flow, { what: `which port of ${bridge} it passes` }));
  const backOn = (one: Flow) => withPacket(one, { ...one.packet, [side]: bridge });
  return {
    passed: distinct(tried.flatMap(({ passed }) => passed).map(backOn)),
    dropped: (tried[0]?.dropped.length ? tried.slice(0, 1) : tried).flatMap(({ dropped }) =>
      dropped.map((end) => ({ ...end, flow: backOn(end.flow) })),
    ),
  };
}
