import { formatIp, type Ip } from '../rules/addresses.ts';
import type { Packet } from '../rules/packet.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import type { Listener } from '../snapshot.ts';
import type { Cause, Phase } from './cause.ts';
import { distinct, doubtful, type Flow, met, withPacket } from './flow.ts';
import { listenersAt } from './listeners.ts';
import { packetFrom, replyTo } from './packets.ts';
import { createSteps, type Loss, type Steps } from './steps.ts';
import type { Destination } from './targets.ts';
import type { Topology } from './topology.ts';

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

/** Sends a packet to a published port, through every chain, and the reply back; through docker-proxy where no rule leads to the container. */
export function travel(start: Packet, to: Destination, around: Surroundings): Outcome {
  const losses: Loss[] = [];
  const arrivals: Arrival[] = [];
  const steps = createSteps(around.rules, around.host, losses, ({ isReply, ...packet }) =>
    isReply ? undefined : to.strays({ ...packet, isReply }),
  );
  const trip: Trip = { start, to, around, steps, arrivals };
  const first: Flow = { packet: start, trail: undefined };
  let wentLocal = false;
  if (start.in === '') {
    for (const flow of steps.fromHost(first, 'packet')) {
      if (flow.packet.out !== 'lo') deliver(trip, flow);
      else
        for (const local of steps.comeIn(looped(flow), 'packet').local)
          for (const one of steps.toHost(local, 'packet')) answer(trip, one);
    }
  } else {
    const { local, onward } = steps.comeIn(first, 'packet');
    wentLocal = onward.length === 0 && local.length > 0;
    for (const flow of onward)
      if (isBound(trip, flow)) for (const one of steps.through(flow, 'packet')) deliver(trip, one);
    for (const flow of local) for (const one of steps.toHost(flow, 'packet')) answer(trip, one);
  }
  return { arrivals, losses, wentLocal };
}

interface Trip {
  readonly start: Packet;
  readonly to: Destination;
  readonly around: Surroundings;
  readonly steps: Steps;
  readonly arrivals: Arrival[];
}

/** A packet of this host to itself, as it comes back in. */
function looped(flow: Flow): Flow {
  return withPacket(flow, { ...flow.packet, in: 'lo', out: '' });
}

/** Whether a packet that is passed on goes where it should; said before the chains, as a bridge that is gone is the cause of what they do. */
function isBound({ to, steps }: Trip, flow: Flow): boolean {
  const cause = to.strays(flow.packet);
  if (cause !== undefined) steps.lose(flow, cause);
  return cause === undefined;
}

/** At the container's door: it answers, and the reply goes back. */
function deliver(trip: Trip, flow: Flow): void {
  if (!isBound(trip, flow)) return;
  for (const one of sendBack(trip, flow, 'reply')) trip.arrivals.push({ flow: one, by: 'dnat' });
}

/** On this host: docker-proxy takes it, asks the container over a connection of its own, and answers. */
function answer(trip: Trip, flow: Flow): void {
  const { around, steps, to } = trip;
  const { packet } = flow;
  const doors = around.listenersKnown ? listenersAt(around.listeners, packet) : undefined;
  if (doors?.isNobody) {
    steps.lose(flow, to.nobodyListens(packet));
    return;
  }
  let taken = flow;
  if (doors === undefined || doors.other !== undefined) {
    const what =
      doors === undefined ? 'who listens on this host' : `whether ${doors.other} passes it on to the container`;
    taken = doubtful(flow, { what });
    steps.lose(taken, to.nobodyListens(packet));
  }
  const asked = askContainer(trip, met(taken, 'docker-proxy takes the connection'));
  const [one] = asked;
  if (one === undefined) return;
  for (const back of sendBack(trip, { ...one, packet }, 'reply')) trip.arrivals.push({ flow: back, by: 'proxy' });
}

/** The connection between docker-proxy and the container. */
function askContainer({ around, steps, to }: Trip, flow: Flow): readonly Flow[] {
  const { host } = around;
  const ip = to.inside(flow.packet.family);
  if (ip === undefined) return [flow];
  const device = host.routeTo(ip) ?? '';
  const packet = packetFrom({
    src: sourceTowards(host, ip, device),
    dst: ip,
    dport: to.published.containerPort,
    proto: to.published.proto,
    in: '',
  });
  const stray = to.strays({ ...packet, out: device });
  if (stray !== undefined) {
    steps.lose(flow, stray);
    return [];
  }
  const back: Flow[] = [];
  for (const sent of steps.fromHost(withPacket(flow, packet), "docker-proxy's packet")) {
    const cause = to.strays(sent.packet);
    if (cause !== undefined) steps.lose(sent, cause);
    else {
      const { local } = steps.comeIn(withPacket(sent, replyTo(sent.packet, sent.packet.out)), "docker-proxy's reply");
      back.push(...local.flatMap((one) => steps.toHost(one, "docker-proxy's reply")));
    }
  }
  return distinct(back);
}

function sourceTowards(host: Topology, ip: Ip, device: string): Ip {
  return host.addressOf(device, typeof ip === 'number' ? 4 : 6) ?? ip;
}

/** Leads the reply back to who asked: by the way the first packet came to the container, or from this host. */
function sendBack({ start, steps, to, around }: Trip, flow: Flow, phase: Phase): readonly Flow[] {
  const { packet } = flow;
  const fromContainer = packet.out !== '' && packet.out !== 'lo';
  const reply = withPacket(flow, replyTo(packet, fromContainer ? packet.out : ''));
  const asker = start.in === '' ? 'host' : 'away';
  let back: readonly Flow[];
  if (fromContainer) {
    const { local, onward } = steps.comeIn(reply, phase);
    back = [...local.flatMap((one) => steps.toHost(one, phase)), ...onward.flatMap((one) => steps.through(one, phase))];
  } else {
    const sent = steps.fromHost(reply, phase);
    back =
      asker === 'away'
        ? sent
        : sent.flatMap((one) => steps.comeIn(looped(one), phase).local).flatMap((one) => steps.toHost(one, phase));
  }
  return back.filter((one) => {
    const isMine = one.packet.dst === start.src && one.packet.src === start.dst && one.packet.sport === start.dport;
    if (!isMine) steps.lose(one, to.foreignReply(one.packet));
    // A container has one way to it; a stranger may have several.
    const strays = isMine && around.host.isDockers(start.src) && one.packet.out !== '' && one.packet.out !== start.in;
    if (strays) steps.lose(one, wrongWay(one.packet, start.in));
    return isMine && !strays;
  });
}

function wrongWay({ dst, out }: Packet, wanted: string): Cause {
  return {
    kind: 'host',
    check: 'forward_blocked',
    says: `the route to ${formatIp(dst)} leads to ${out} instead of ${wanted}`,
    evidence: [`ip route get ${formatIp(dst)}`],
  };
}
