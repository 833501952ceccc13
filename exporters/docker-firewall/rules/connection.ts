import { certain, type Packet, type Tri } from './packet.ts';

/** The kinds of address that we can tell apart. */
export const ADDRESS_TYPES: ReadonlySet<string> = new Set(['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST']);

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

/** Conntrack's status bits of a packet's connection: the first packet's is not yet confirmed when rules see it. */
export function statusOf(packet: Packet): number {
  if (packet.state === 'INVALID' || packet.untracked) return 0;
  return (packet.isReply ? 2 + 8 : 0) + (packet.snat ? 16 : 0) + (packet.dnat ? 32 : 0);
}

/** Whether a connection has one of these states; `none` means not a single one. */
export function holdsStatus(packet: Packet, wanted: readonly string[]): Tri {
  const bits = wanted.reduce((sum, one) => sum | (STATUS_BITS[one] ?? 0), 0);
  const status = statusOf(packet);
  return certain((status & bits) !== 0 || (wanted.includes('none') && status === 0));
}
