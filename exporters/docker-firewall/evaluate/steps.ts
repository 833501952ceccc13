import type { Hook } from '../rules/model.ts';
import type { Packet } from '../rules/packet.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import {
  type Allowance,
  mayBeForwarded,
  mayComeFrom,
  mayComeFromLoopback,
  mayGoToLoopback,
  mayLeave,
} from './allowances.ts';
import type { Cause, Phase } from './cause.ts';
import { doubtful, type Flow, met, withPacket } from './flow.ts';
import { passBridge } from './pass-bridge.ts';
import { passDevice, passPorts } from './pass-device.ts';
import { passHook } from './pass-hook.ts';
import { headingOf, noRouteCause, towardsAt } from './step-words.ts';
import type { Topology } from './topology.ts';
import type { Passed } from './walk-chain.ts';

/** A possible way that ends before its end. */
export interface Loss {
  readonly flow: Flow;
  readonly cause: Cause;
}

/** What a step of the way makes of the ways so far. */
export interface Steps {
  /** From the wire to the routing decision: those for this host, those for elsewhere with the interface they leave by. */
  readonly comeIn: (flow: Flow, phase: Phase) => { readonly local: readonly Flow[]; readonly onward: readonly Flow[] };
  /** Into this host. */
  readonly toHost: (flow: Flow, phase: Phase) => readonly Flow[];
  /** Through this host and out. */
  readonly through: (flow: Flow, phase: Phase) => readonly Flow[];
  /** From this host, out or round to itself. */
  readonly fromHost: (flow: Flow, phase: Phase) => readonly Flow[];
  readonly lose: (flow: Flow, cause: Cause) => void;
}

/** The steps of a packet's way through a host; what is lost on it comes to `losses`; `strays` says why one that is for a container cannot get there. */
export function createSteps(
  rules: Ruleset,
  host: Topology,
  losses: Loss[],
  strays?: (packet: Packet) => Cause | undefined,
): Steps {
  const lose = (flow: Flow, cause: Cause) => void losses.push({ flow, cause });
  const keep = ({ passed, dropped }: Passed, phase: Phase, towards: (packet: Packet) => string): readonly Flow[] => {
    for (const { flow, decision } of dropped) {
      const cause: Cause = { kind: 'rule', decision, phase, towards: towards(flow.packet) };
      lose(met(flow, decision), cause);
    }
    return passed;
  };
  const hook = (name: Hook, flow: Flow, phase: Phase) =>
    keep(
      passHook(
        rules,
        name,
        met(flow, () => headingOf(name, flow.packet, phase)),
        host,
      ),
      phase,
      towardsAt(name),
    );
  const bridge = (name: Hook, flow: Flow, phase: Phase, chains = rules.bridgeChains(name)) =>
    keep(passBridge(chains, name, flow, host), phase, towardsAt(name));
  /** What may not have been readable leaves both ways possible. */
  const allow = (flow: Flow, asked: Allowance | undefined): readonly Flow[] => {
    if (asked === undefined || asked.holds === true) return [flow];
    const branch = asked.holds === undefined ? doubtful(flow, { what: asked.what }) : flow;
    lose(branch, asked.cause);
    return asked.holds === undefined ? [branch] : [];
  };

  const device = (name: 'ingress' | 'egress', flow: Flow, phase: Phase) =>
    keep(
      passDevice(rules.deviceChains(flow.packet.family, name), name, flow, host),
      phase,
      towardsAt(name === 'ingress' ? 'prerouting' : 'postrouting'),
    );
  const ports = (name: 'ingress' | 'egress', flow: Flow, phase: Phase) =>
    keep(
      passPorts(rules.deviceChains(flow.packet.family, name), name, flow, host),
      phase,
      towardsAt(name === 'ingress' ? 'prerouting' : 'postrouting'),
    );

  const arrive = (flow: Flow, phase: Phase): readonly Flow[] =>
    (host.isBridge(flow.packet.in) ? byBridge(flow, phase) : byDevice(flow, phase))
      .flatMap((one) => allow(one, mayGoToLoopback(one.packet, host)))
      .flatMap((one) => allow(one, mayComeFrom(one.packet, host)));

  const byDevice = (flow: Flow, phase: Phase): readonly Flow[] =>
    device('ingress', flow, phase).flatMap((one) => hook('prerouting', one, phase));

  /** With br_netfilter the bridge itself has the prerouting chains asked, among its own (`br_nf_pre_routing` in net/bridge/br_netfilter_hooks.c). */
  const byBridge = (flow: Flow, phase: Phase): readonly Flow[] => {
    const ported = ports('ingress', flow, phase);
    if (!host.looksIntoBridges(flow.packet.family))
      return ported
        .flatMap((one) => bridge('prerouting', one, phase))
        .flatMap((one) => bridge('input', one, phase))
        .flatMap((one) => byDevice(one, phase));
    const [before, after] = rules.aroundPrerouting();
    return ported
      .flatMap((one) => bridge('prerouting', one, phase, before))
      .flatMap((one) => hook('prerouting', one, phase))
      .flatMap((one) => bridge('prerouting', one, phase, after))
      .flatMap((one) => bridge('input', one, phase))
      .flatMap((one) => device('ingress', one, phase));
  };

  const leave = (flow: Flow, phase: Phase): readonly Flow[] => {
    const { out } = flow.packet;
    const sent = allow(flow, mayLeave(flow.packet, host))
      .flatMap((one) => hook('postrouting', one, phase))
      .flatMap((one) => device('egress', one, phase));
    if (!host.isBridge(out)) return sent;
    return sent
      .flatMap((one) => bridge('output', one, phase))
      .flatMap((one) => bridge('postrouting', one, phase))
      .flatMap((one) => ports('egress', one, phase));
  };

  const routed = (flow: Flow): readonly Flow[] => {
    const { packet } = flow;
    const out = host.routeTo(packet.dst);
    if (out === undefined) {
      lose(flow, strays?.({ ...packet, out: '' }) ?? noRouteCause(packet.dst, host.routeKind(packet.dst)));
      return [];
    }
    const sent = withPacket(flow, { ...packet, out });
    const policy = host.policyFor(packet);
    if (policy === undefined) return [sent];
    const what = `where the routing rule "${policy}" sends it`;
    return allow(sent, { holds: undefined, what, cause: noRouteCause(packet.dst, undefined) });
  };

  const routedFromHere = (flow: Flow) =>
    routed(flow).flatMap((one) => allow(one, mayComeFromLoopback(one.packet, host)));

  return {
    lose,
    comeIn: (flow, phase) => {
      const arrived = arrive(flow, phase);
      const isLocal = (one: Flow) => host.typeOf(one.packet.dst) === 'LOCAL';
      return {
        local: arrived.filter(isLocal),
        onward: arrived
          .filter((one) => !isLocal(one))
          .flatMap((one) => allow(one, mayBeForwarded(one.packet, host)))
          .flatMap(routed),
      };
    },
    toHost: (flow, phase) => hook('input', withPacket(flow, { ...flow.packet, out: '' }), phase),
    through: (flow, phase) => hook('forward', flow, phase).flatMap((one) => leave(one, phase)),
    fromHost: (flow, phase) =>
      routedFromHere(withPacket(flow, { ...flow.packet, in: '' })).flatMap((first) =>
        hook('output', first, phase)
          .flatMap((one) => (isRerouted(first.packet, one.packet) ? routedFromHere(one) : [one]))
          .flatMap((one) => leave(one, phase)),
      ),
  };
}

/** The output chains see the first interface; another address or mark may send the packet elsewhere (`ip_route_me_harder`). */
function isRerouted(before: Packet, after: Packet): boolean {
  return before.dst !== after.dst || before.mark !== after.mark;
}
