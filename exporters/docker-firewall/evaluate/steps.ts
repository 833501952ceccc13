import { formatIp, type Ip } from '../rules/addresses.ts';
import type { Hook } from '../rules/model.ts';
import type { Packet } from '../rules/packet.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import type { Cause, Phase } from './cause.ts';
import { distinct, doubtful, type Flow, met, withPacket } from './flow.ts';
import { passBridge } from './pass-bridge.ts';
import { passChains, passHook } from './pass-hook.ts';
import { downCause, headingOf, noRouteCause, towardsAt } from './step-words.ts';
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
  const bridge = (name: Hook, flow: Flow, phase: Phase) =>
    keep(passBridge(rules.bridgeChains(name), name, flow, host), phase, towardsAt(name));
  /** What the host must allow, and may not have been readable: then both ways are gone. */
  const demand = (flow: Flow, holds: boolean | undefined, what: string, cause: Cause): readonly Flow[] => {
    if (holds === true) return [flow];
    const branch = holds === undefined ? doubtful(flow, { what }) : flow;
    lose(branch, cause);
    return holds === undefined ? [branch] : [];
  };

  /** Some versions of nft do not print the interface of such a chain: then it may be this one. */
  const ingress = (flow: Flow, phase: Phase): readonly Flow[] => {
    let flows: readonly Flow[] = [flow];
    for (const chain of rules.ingressChains(flow.packet.family)) {
      const { devices = [] } = chain.base;
      const isHere = devices.length > 0 ? devices.includes(flow.packet.in) : host.mayBeFiltered(flow.packet.in);
      if (isHere === false) continue;
      flows = flows.flatMap((one) => {
        if (isHere) return keep(passChains([chain], one, host), phase, towardsAt('prerouting'));
        const branch = doubtful(one, {
          decision: { chain },
          what: 'the interface of that chain, which nft did not print',
        });
        return distinct([branch, ...keep(passChains([chain], branch, host), phase, towardsAt('prerouting'))]);
      });
    }
    return flows;
  };

  const arrive = (flow: Flow, phase: Phase): readonly Flow[] => {
    const device = flow.packet.in;
    let flows = ingress(flow, phase);
    if (host.isBridge(device))
      flows = flows.flatMap((one) => bridge('prerouting', one, phase)).flatMap((one) => bridge('input', one, phase));
    return flows.flatMap((one) => hook('prerouting', one, phase));
  };

  const leave = (flow: Flow, phase: Phase): readonly Flow[] => {
    const device = flow.packet.out;
    const up = demand(flow, host.isUp(device), 'whether the interface is up', downCause(device));
    let flows = up.flatMap((one) => notMartian(one)).flatMap((one) => hook('postrouting', one, phase));
    if (host.isBridge(device))
      flows = flows.flatMap((one) => bridge('output', one, phase)).flatMap((one) => bridge('postrouting', one, phase));
    return flows;
  };

  /** The kernel sends nothing from 127.0.0.0/8 out unless it is told to (`__mkroute_output`, `ip_route_input_slow`). */
  const notMartian = (flow: Flow): readonly Flow[] => {
    const { packet } = flow;
    if (!isLoopback(packet.src) || packet.out === 'lo') return [flow];
    const allowed = ['all', packet.out].map((name) => host.sysctl(`net.ipv4.conf.${name}.route_localnet`));
    const holds = allowed.includes('1') ? true : allowed.every((one) => one === undefined) ? undefined : false;
    return demand(flow, packet.family === 6 ? false : holds, 'route_localnet', {
      kind: 'host',
      check: 'forwarding_off',
      says: `the kernel does not let packets from 127.0.0.1 go to ${packet.out} (net.ipv4.conf.${packet.out}.route_localnet is 0)`,
      evidence: [`net.ipv4.conf.${packet.out}.route_localnet = ${allowed[1] ?? 'unknown'}`],
      fix: `sysctl -w net.ipv4.conf.${packet.out}.route_localnet=1`,
    });
  };

  const filterReverse = (flow: Flow): readonly Flow[] => {
    const { packet } = flow;
    if (packet.family === 6 || packet.in === 'lo') return [flow];
    const modes = ['all', packet.in].map((name) => Number(host.sysctl(`net.ipv4.conf.${name}.rp_filter`) ?? 0));
    const mode = Math.max(...modes);
    const back = host.routeTo(packet.src);
    if (mode === 0 || (mode === 1 ? back === packet.in : back !== undefined)) return [flow];
    lose(flow, {
      kind: 'host',
      check: 'forward_blocked',
      says: `the reverse-path filter of ${packet.in} drops what comes from ${formatIp(packet.src)}, as the way back ${back === undefined ? 'is not known' : `is by ${back}`}`,
      evidence: [`net.ipv4.conf.${packet.in}.rp_filter = ${mode}`],
    });
    return [];
  };

  const routed = (flow: Flow): Flow | undefined => {
    const out = host.routeTo(flow.packet.dst);
    if (out !== undefined) {
      const sent = withPacket(flow, { ...flow.packet, out });
      const policy = host.policyFor(flow.packet);
      if (policy === undefined) return sent;
      return demand(
        sent,
        undefined,
        `where the routing rule "${policy}" sends it`,
        noRouteCause(flow.packet.dst, undefined),
      )[0];
    }
    lose(flow, strays?.({ ...flow.packet, out: '' }) ?? noRouteCause(flow.packet.dst, host.routeKind(flow.packet.dst)));
    return undefined;
  };

  const forwarding = (flow: Flow): readonly Flow[] => {
    const { name, value } = forwardingOf(host, flow.packet);
    return demand(flow, value === undefined ? undefined : value !== '0', `whether ${name} is set`, {
      kind: 'host',
      check: 'forwarding_off',
      says: `the host does not forward packets (${name} is ${value ?? 'unknown'})`,
      evidence: [`${name} = ${value ?? 'unknown'}`],
      fix: `sysctl -w ${flow.packet.family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding'}=1`,
    });
  };

  return {
    lose,
    comeIn: (flow, phase) => {
      const arrived = arrive(flow, phase).flatMap(filterReverse);
      const isLocal = (one: Flow) => host.typeOf(one.packet.dst) === 'LOCAL';
      return {
        local: arrived.filter(isLocal),
        onward: arrived
          .filter((one) => !isLocal(one))
          .flatMap(forwarding)
          .map(routed)
          .filter((one) => one !== undefined),
      };
    },
    toHost: (flow, phase) => hook('input', withPacket(flow, { ...flow.packet, out: '' }), phase),
    through: (flow, phase) => hook('forward', flow, phase).flatMap((one) => leave(one, phase)),
    fromHost: (flow, phase) => {
      const first = routed(withPacket(flow, { ...flow.packet, in: '' }));
      if (first === undefined) return [];
      // The output chains see the first interface; one that rewrites the address sends the packet elsewhere (ip_route_me_harder).
      return hook('output', first, phase)
        .map((one) => (one.packet.dst === first.packet.dst ? one : routed(one)))
        .filter((one) => one !== undefined)
        .flatMap((one) => leave(one, phase));
    },
  };
}

/** The setting that decides whether a packet that came in is passed on. */
function forwardingOf(host: Topology, packet: Packet): { readonly name: string; readonly value: string | undefined } {
  if (packet.family === 6) {
    const name = 'net.ipv6.conf.all.forwarding';
    return { name, value: host.sysctl(name) };
  }
  const own = `net.ipv4.conf.${packet.in}.forwarding`;
  const value = host.sysctl(own);
  const all = host.sysctl('net.ipv4.ip_forward');
  return value === undefined || (value === '0' && all === '0')
    ? { name: 'net.ipv4.ip_forward', value: all }
    : { name: own, value };
}

function isLoopback(ip: Ip): boolean {
  return typeof ip === 'number' ? ip >>> 24 === 127 : ip === 1n;
}
