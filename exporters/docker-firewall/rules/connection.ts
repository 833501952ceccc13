import { certain, type Packet, type Tri } from './packet.ts';

/** The kinds of address that we can tell apart. */
export const ADDRESS_TYPES: ReadonlySet<string> = new Set(['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST']);

/** The flags of TCP as the bits of its header. */
export const FLAG_BITS = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECN: 64, CWR: 128 } as const;

/** `enum ip_conntrack_status` by the names that iptables and nft use, as bits. */
export const STATUS_BITS: Readonly<Record<string, number>> = {
  expected: 1,
  'seen-reply': 2,
  seen_reply: 2,
  assured: 4,
  confirmed: 8,
  snat: 16,
  dnat: 32,
  dying: 512,
};

/** Whether a packet is of a connection that conntrack knows: only then is there anything else to be asked of it, or to be kept with it. */
export function hasConnection({ state, untracked }: Packet): boolean {
  return state !== 'INVALID' && !untracked;
}

/** Whether it goes against the direction of the packet by which conntrack first knew the connection. */
export function isAnswer({ isReply, becomes }: Packet): boolean {
  return isReply && becomes === 'ESTABLISHED';
}

/** Conntrack's status bits of a packet's connection: the first packet's is confirmed when it leaves, so that one that comes round has it. */
export function statusOf(packet: Packet): number {
  const { isReply, settled, proto, snat, dnat } = packet;
  if (!hasConnection(packet)) return 0;
  const isAnswered = isReply || settled !== undefined;
  const isConfirmed = isAnswered || packet.in === 'lo';
  const isAssured = settled !== undefined && proto === 'tcp';
  return (isAnswered ? 2 : 0) + (isAssured ? 4 : 0) + (isConfirmed ? 8 : 0) + (snat ? 16 : 0) + (dnat ? 32 : 0);
}

/** Whether a connection has one of these states. `NONE` is no bit, and so never there (`net/netfilter/xt_conntrack.c`). */
export function holdsStatus(packet: Packet, wanted: readonly string[]): Tri {
  const bits = wanted.reduce((sum, one) => sum | (STATUS_BITS[one] ?? 0), 0);
  return certain((statusOf(packet) & bits) !== 0);
}

/** The flags of a TCP packet as bits: SYN, its answer SYN and ACK, then data with PSH and ACK. */
export function flagsOf({ isReply, settled }: Packet): number {
  if (settled !== undefined) return FLAG_BITS.PSH + FLAG_BITS.ACK;
  return isReply ? FLAG_BITS.SYN + FLAG_BITS.ACK : FLAG_BITS.SYN;
}
