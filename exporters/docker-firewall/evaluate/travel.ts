import { formatIp, type Ip, parseIp } from '../rules/addresses.ts';
import { type Packet, packetFrom } from '../rules/packet.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import type { Listener } from '../snapshot.ts';
import { distinct, doubtful, type Flow, met, withPacket } from './flow.ts';
import { listenersAt } from './listeners.ts';
import { createSteps, type Loss } from './steps.ts';
import type { Destination } from './targets.ts';
import type { Topology } from './topology.ts';
import { converse, lead, type Trip } from './way.ts';

/** A possible way there and back that succeeded, and who answered. */
export interface Arrival {
  readonly flow: Flow;
  readonly by: 'dnat' | 'proxy';
}

/** What became of a packet to a published port, and of its reply, on every possible way. */
export interface Outcome {
  readonly arrivals: readonly Arrival[];
  readonly losses: readonly Loss[];
  /** No rule led a stranger's packet away from this host itself. */
  readonly wentLocal: boolean;
}

/** The host that a packet travels through. */
export interface Surroundings {
  readonly rules: Ruleset;
  readonly host: Topology;
  readonly listeners: readonly Listener[];
  /** False when listening sockets could not be read. */
  readonly listenersKnown: boolean;
}

/**
 * Opens a connection to a published port: its first packet through every chain, the reply back, and what follows on it, there and
 * back; through docker-proxy where no rule leads to the container.
 */
export function travel(start: Packet, to: Destination, around: Surroundings): Outcome {
  const { rules, host } = around;
  const losses: Loss[] = [];
  const strays = (packet: Packet) => (packet.isReply ? undefined : to.strays(packet));
  const steps = createSteps(rules, host, losses, strays);
  const trip: Trip = { start, to, host, steps, whose: '' };
  const doors = lead(trip, { packet: start, trail: undefined }, 'packet');
  const byRule = doors.container
    .filter((flow) => staysBound(trip, flow))
    .flatMap((flow) => converse(trip, flow))
    .map((flow): Arrival => ({ flow, by: 'dnat' }));
  const byProxy = doors.host
    .flatMap((flow) => answer(trip, flow, around))
    .map((flow): Arrival => ({ flow, by: 'proxy' }));
  return { arrivals: [...byRule, ...byProxy], losses, wentLocal: doors.isLocal };
}

/** Whether it is for the container still once it has left, addresses rewritten. */
function staysBound({ to, steps }: Trip, flow: Flow): boolean {
  const cause = to.strays(flow.packet);
  if (cause !== undefined) steps.lose(flow, cause);
  return cause === undefined;
}

/** On this host: docker-proxy takes it, asks the container over a connection of its own, and answers. */
function answer(trip: Trip, flow: Flow, around: Surroundings): readonly Flow[] {
  const { steps, to } = trip;
  const { packet } = flow;
  const doors = around.listenersKnown ? listenersAt(around.listeners, packet) : undefined;
  if (doors?.isNobody) {
    steps.lose(flow, to.nobodyListens(packet));
    return [];
  }
  if (!isPublishedAt(to, packet)) {
    steps.lose(flow, to.otherPort(packet));
    return [];
  }
  let taken = flow;
  if (doors === undefined || doors.other !== undefined) {
    const what =
      doors === undefined ? 'who listens on this host' : `whether ${doors.other} passes it on to the container`;
    taken = doubtful(flow, { what });
    steps.lose(taken, to.nobodyListens(packet));
  }
  if (packet.proto === 'udp' && doors?.isWildcard && sourceFor(packet, around.host) !== packet.dst) {
    const what = `the address from which docker-proxy answers ${formatIp(packet.src)}`;
    taken = doubtful(taken, { what });
    steps.lose(taken, to.foreignReply({ ...packet, src: packet.dst, sport: packet.dport }));
  }
  const [asked] = askContainer(trip, met(taken, 'docker-proxy takes the connection'));
  return asked === undefined ? [] : converse(trip, withPacket(asked, packet));
}

/** What the kernel answers an address from when a program does not choose: older docker-proxies do not. */
function sourceFor({ src, family }: Packet, host: Topology): Ip | undefined {
  const device = host.routeTo(src);
  return device === 'lo' || device === undefined ? src : host.addressOf(device, family);
}

/** Whether what comes for that address and port of this host is meant for the same port of the container: else it is another's. */
function isPublishedAt({ container, published }: Destination, { dst, dport, family }: Packet): boolean {
  return container.published.some((one) => {
    const bound = parseIp(one.hostAddress)?.ip;
    const isSame = one.proto === published.proto && one.containerPort === published.containerPort;
    return isSame && one.family === family && one.port === dport && (Number(bound) === 0 || bound === dst);
  });
}

/** The connection between docker-proxy and the container. */
function askContainer({ host, steps, to }: Trip, flow: Flow): readonly Flow[] {
  const ip = to.inside(flow.packet.family);
  if (ip === undefined) return [flow];
  const device = host.routeTo(ip) ?? '';
  const start = packetFrom({
    src: host.addressOf(device, typeof ip === 'number' ? 4 : 6) ?? ip,
    dst: ip,
    dport: to.published.containerPort,
    proto: to.published.proto,
    in: '',
  });
  const stray = to.strays({ ...start, out: device });
  if (stray !== undefined) {
    steps.lose(flow, stray);
    return [];
  }
  const trip: Trip = { start, to, host, steps, whose: "docker-proxy's " };
  const { container, host: home } = lead(trip, withPacket(flow, start), "docker-proxy's packet");
  for (const one of home) steps.lose(one, to.strays(one.packet) ?? to.nobodyListens(one.packet));
  return distinct(container.flatMap((one) => converse(trip, one)));
}
