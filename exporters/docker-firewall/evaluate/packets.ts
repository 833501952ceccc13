import type { Packet } from '../rules/packet.ts';

/** The answer to a packet, coming in by an interface, or from this host when that is empty. */
export function replyTo(packet: Packet, device: string): Packet {
  return {
    ...packet,
    src: packet.dst,
    dst: packet.src,
    sport: packet.dport,
    dport: packet.sport,
    in: device,
    out: '',
    mark: 0,
    state: 'INVALID',
    becomes: !packet.untracked ? 'ESTABLISHED' : isAskedFor(packet) ? 'INVALID' : 'NEW',
    isReply: true,
    untracked: false,
  };
}

/** An answer to SYN that conntrack has not seen belongs to nothing it knows; it begins a connection with anything else (`nf_conntrack_proto_tcp.c`). */
function isAskedFor({ proto, settled }: Packet): boolean {
  return proto === 'tcp' && settled === undefined;
}

/** What follows once the first packet has arrived and was answered: data on an established connection. */
export function laterPacket(first: Packet, arrived: Packet, answered: Packet): Packet {
  const { src, dst, sport, dport, dnat, snat, untracked } = arrived;
  const becomes = untracked ? 'NEW' : answered.untracked ? 'INVALID' : 'ESTABLISHED';
  return { ...first, ctmark: answered.ctmark, becomes, dnat, snat, settled: { src, dst, sport, dport } };
}
