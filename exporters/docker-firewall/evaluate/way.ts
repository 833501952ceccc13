import { formatIp } from '../rules/addresses.ts';
import type { Packet } from '../rules/packet.ts';
import type { Cause, Phase } from './cause.ts';
import { doubtful, type Flow, withPacket } from './flow.ts';
import { laterPacket, replyTo } from './packets.ts';
import type { Steps } from './steps.ts';
import type { Destination } from './targets.ts';
import type { Topology } from './topology.ts';

/** A connection that somebody opens, from its first packet. */
export interface Trip {
  readonly start: Packet;
  readonly to: Destination;
  readonly host: Topology;
  readonly steps: Steps;
  /** Whose packets these are, for their phases. */
  readonly whose: '' | "docker-proxy's ";
}

/** Where a packet comes to. */
export interface Doors {
  readonly container: readonly Flow[];
  readonly host: readonly Flow[];
  /** No rule led it away from this host itself, whatever became of it there. */
  readonly isLocal: boolean;
}

/** Leads a packet of who asks to a container's door, or to this host itself. */
export function lead({ steps, to }: Trip, flow: Flow, phase: Phase): Doors {
  const toHost = (local: readonly Flow[]) => local.flatMap((one) => steps.toHost(one, phase));
  if (flow.packet.in !== '') {
    const { local, onward } = steps.comeIn(flow, phase);
    const container = onward.filter((one) => isBound(to, steps, one)).flatMap((one) => steps.through(one, phase));
    return { container, host: toHost(local), isLocal: onward.length === 0 && local.length > 0 };
  }
  const sent = steps.fromHost(flow, phase);
  const looping = sent.filter(({ packet }) => packet.out === 'lo');
  return {
    container: sent.filter(({ packet }) => packet.out !== 'lo').filter((one) => isBound(to, steps, one)),
    host: toHost(looping.flatMap((one) => steps.comeIn(looped(one), phase).local)),
    isLocal: false,
  };
}

/** Leads what a container, or this host, answers back to who asked, and then what follows on the connection, there and back. */
export function converse(trip: Trip, arrived: Flow): readonly Flow[] {
  const { start, whose } = trip;
  const door = hearing(trip, arrived);
  if (door === undefined) return [];
  const answered = sendBack(trip, door, `${whose}reply`);
  if (start.proto === 'udp') return answered;
  return answered.flatMap((one) => {
    const later = withPacket(one, laterPacket(start, door.packet, one.packet));
    const { container, host } = lead(trip, later, `${whose}later packet`);
    const [there, astray] = isAtContainer(door.packet) ? [container, host] : [host, container];
    for (const stray of astray) trip.steps.lose(stray, goesAstray(stray.packet));
    return there.flatMap((arrived) => sendBack(trip, arrived, `${whose}later reply`));
  });
}

/**
 * A container looks for its neighbours itself: what it answers to an address in its own subnet that is not this host's does not come
 * back, but where another container has that address and this host looks into what passes its bridges (`br_netfilter`).
 */
function hearing({ host, to, steps }: Trip, door: Flow): Flow | undefined {
  const { packet } = door;
  if (!isAtContainer(packet) || !packet.snat || host.routeTo(packet.src) !== packet.out) return door;
  const what = `the way back to the neighbour ${formatIp(packet.src)}`;
  const flow = to.isTaken(packet.src) ? doubtful(door, { what }) : door;
  steps.lose(flow, answersElsewhere(packet));
  return to.isTaken(packet.src) ? flow : undefined;
}

/** Leads the reply back to who asked: by the way the first packet came to the container, or from this host. */
function sendBack({ start, steps, to, host }: Trip, flow: Flow, phase: Phase): readonly Flow[] {
  const { packet } = flow;
  const fromContainer = isAtContainer(packet);
  const reply = withPacket(flow, replyTo(packet, fromContainer ? packet.out : ''));
  const toHost = (local: readonly Flow[]) => local.flatMap((one) => steps.toHost(one, phase));
  let back: readonly Flow[];
  if (fromContainer) {
    const { local, onward } = steps.comeIn(reply, phase);
    back = [...toHost(local), ...onward.flatMap((one) => steps.through(one, phase))];
  } else {
    const sent = steps.fromHost(reply, phase);
    back = start.in === '' ? toHost(sent.flatMap((one) => steps.comeIn(looped(one), phase).local)) : sent;
  }
  return back.filter((one) => {
    const isMine = one.packet.dst === start.src && one.packet.src === start.dst && one.packet.sport === start.dport;
    if (!isMine) steps.lose(one, to.foreignReply(one.packet));
    // A container has one way to it; a stranger may have several.
    const strays = isMine && host.isDockers(start.src) && one.packet.out !== '' && one.packet.out !== start.in;
    if (strays) steps.lose(one, wrongWay(one.packet, start.in));
    return isMine && !strays;
  });
}

/** Whether a packet that is passed on goes where it should; said before the chains, as a bridge that is gone is the cause of what they do. */
function isBound(to: Destination, steps: Steps, flow: Flow): boolean {
  const cause = to.strays(flow.packet);
  if (cause !== undefined) steps.lose(flow, cause);
  return cause === undefined;
}

function isAtContainer({ out }: Packet): boolean {
  return out !== '' && out !== 'lo';
}

/** A packet of this host to itself, as it comes back in. */
function looped(flow: Flow): Flow {
  return withPacket(flow, { ...flow.packet, in: 'lo', out: '' });
}

function wrongWay({ dst, out }: Packet, wanted: string): Cause {
  return {
    kind: 'host',
    check: 'forward_blocked',
    says: `the route to ${formatIp(dst)} leads to ${out} instead of ${wanted}`,
    evidence: [`ip route get ${formatIp(dst)}`],
  };
}

function answersElsewhere({ src, out }: Packet): Cause {
  return {
    kind: 'host',
    check: 'forward_blocked',
    says: `what goes to ${out} is given the address ${formatIp(src)}, which is a neighbour's there and not this host's, so that the answers do not come back`,
    evidence: [],
  };
}

function goesAstray({ dst, dport }: Packet): Cause {
  return {
    kind: 'host',
    check: 'forward_blocked',
    says: `what follows the first packet of a connection goes to ${formatIp(dst)}:${dport}, and not where that one went`,
    evidence: [],
  };
}
