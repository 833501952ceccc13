import type { BaseChain } from '../rules/ruleset.ts';
import { distinct, doubtful, type End, type Flow, withPacket } from './flow.ts';
import { byPort } from './pass-bridge.ts';
import { passChains } from './pass-hook.ts';
import type { Topology } from './topology.ts';
import type { Passed } from './walk-chain.ts';

type Hook = 'ingress' | 'egress';
const SIDES = { ingress: 'in', egress: 'out' } as const;

/** Leads a packet through the chains of the interface that it comes in or goes out by; they see that one alone. */
export function passDevice(chains: readonly BaseChain[], hook: Hook, flow: Flow, host: Topology): Passed {
  if (chains.length === 0) return { passed: [flow], dropped: [] };
  const { in: before, out: after } = flow.packet;
  const side = SIDES[hook];
  const dropped: End[] = [];
  const hidden = { in: '', out: '', [side]: flow.packet[side], frame: 'device' as const };
  let flows: readonly Flow[] = [withPacket(flow, { ...flow.packet, ...hidden })];
  for (const chain of chains) {
    const results = flows.map((one) => passOne(chain, side, one, host));
    dropped.push(...results.flatMap((result) => result.dropped));
    flows = distinct(results.flatMap(({ passed }) => passed));
  }
  const backOn = (one: Flow) => withPacket(one, { ...one.packet, in: before, out: after, frame: undefined });
  return { passed: flows.map(backOn), dropped: dropped.map((end) => ({ ...end, flow: backOn(end.flow) })) };
}

/** The same for the ports of the bridge that it comes in or goes out by. */
export function passPorts(chains: readonly BaseChain[], hook: Hook, flow: Flow, host: Topology): Passed {
  const ports = host.portsOf(flow.packet[SIDES[hook]]);
  const isForOne = ({ base: { devices = [] } }: BaseChain) => devices.some((one) => ports.includes(one));
  const here = chains.filter(isForOne);
  if (here.length === 0) return { passed: [flow], dropped: [] };
  return byPort(flow, SIDES[hook], host, (one) => passDevice(here, hook, one, host));
}

/** Some versions of nft do not print the interface of such a chain: then it may be this one. */
function passOne(chain: BaseChain, side: 'in' | 'out', flow: Flow, host: Topology): Passed {
  const { devices = [] } = chain.base;
  const device = flow.packet[side];
  const isHere = devices.length > 0 ? devices.includes(device) : device === 'lo' ? false : undefined;
  if (isHere === false) return { passed: [flow], dropped: [] };
  if (isHere) return passChains([chain], flow, host);
  const what = 'the interface of that chain, which nft did not print';
  const branch = doubtful(flow, { decision: { chain }, what });
  const { passed, dropped } = passChains([chain], branch, host);
  return { passed: distinct([branch, ...passed]), dropped };
}
