import type { Target } from '../rules/model.ts';
import type { Packet, World } from '../rules/packet.ts';

/** Rewrites a packet's addresses as its connection will keep them (`net/netfilter/nf_nat_core.c`, nf_nat_setup_info). */
export function rewrite(kind: 'dnat' | 'snat', target: Target, own: boolean, packet: Packet, world: World): Packet {
  if (kind === 'dnat') {
    const self = packet.in === '' ? loopback(packet) : world.addressOf(packet.in, packet.family);
    const dst = target.ip ?? (own ? self : undefined) ?? packet.dst;
    const dport = target.port ?? packet.dport;
    return { ...packet, dst, dport, dnat: dst !== packet.dst || dport !== packet.dport };
  }
  const src = target.ip ?? (own ? world.sourceOf(packet.out, packet.family) : undefined) ?? packet.src;
  const sport = target.port ?? packet.sport;
  return { ...packet, src, sport, snat: src !== packet.src || sport !== packet.sport };
}

function loopback({ family }: Packet): number | bigint {
  return family === 4 ? 0x7f_00_00_01 : 1n;
}
