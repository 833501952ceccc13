import type { Family, Ip } from './addresses.ts';
import type { IpSets } from './ip-sets.ts';

/** Whether a rule's match holds: a match that we do not model may hold or not. */
export const NO = 0;
export const YES = 1;
export const MAYBE = 2;
export type Tri = typeof NO | typeof YES | typeof MAYBE;

/** The opposite; what may hold may also not hold. */
export function not(tri: Tri): Tri {
  return tri === MAYBE ? MAYBE : tri === YES ? NO : YES;
}

/** Holds when all hold. */
export function both(one: Tri, other: Tri): Tri {
  if (one === NO || other === NO) return NO;
  return one === YES && other === YES ? YES : MAYBE;
}

/** A truth that is known. */
export function certain(truth: boolean): Tri {
  return truth ? YES : NO;
}

/** What conntrack says of a packet. One that it has not looked at yet (raw tables), or belongs to nothing it knows, is `INVALID` to a rule that asks. */
export type ConnectionState = 'NEW' | 'ESTABLISHED' | 'UNTRACKED' | 'INVALID';

/** The connection's first packet as it came, before any rewriting. */
export interface Tuple {
  readonly src: Ip;
  readonly dst: Ip;
  readonly sport: number;
  readonly dport: number;
}

/** One synthetic packet at one place of its way. Never changed: what rewrites it makes another. */
export interface Packet extends Tuple {
  readonly family: Family;
  readonly proto: 'tcp' | 'udp';
  /** The interfaces as this hook sees them; empty where there is none. */
  readonly in: string;
  readonly out: string;
  /** It is seen as a frame: by chains of the bridge family, or by those of one interface. */
  readonly frame?: 'bridge' | 'device' | undefined;
  /** The packet's mark and the connection's; undefined when something not modelled may have set it. */
  readonly mark: number | undefined;
  readonly ctmark: number | undefined;
  readonly state: ConnectionState;
  /** What it is to conntrack once that has looked. */
  readonly becomes: 'NEW' | 'ESTABLISHED' | 'INVALID';
  readonly isReply: boolean;
  /** Where the connection's first packet came to: set on those that follow once it was answered. */
  readonly settled?: Tuple;
  /** A rule told conntrack to leave it alone: it is never rewritten. */
  readonly untracked: boolean;
  readonly original: Tuple;
  /** What the connection's addresses were changed to, once they were. */
  readonly dnat: boolean;
  readonly snat: boolean;
}

/** The first packet of a connection. */
export function packetFrom(parts: Pick<Packet, 'src' | 'dst' | 'dport' | 'proto' | 'in'>): Packet {
  const tuple = { src: parts.src, dst: parts.dst, sport: 40_000, dport: parts.dport };
  return {
    ...tuple,
    family: typeof parts.dst === 'number' ? 4 : 6,
    proto: parts.proto,
    in: parts.in,
    out: '',
    mark: 0,
    ctmark: 0,
    state: 'INVALID',
    becomes: 'NEW',
    isReply: false,
    untracked: false,
    original: tuple,
    dnat: false,
    snat: false,
  };
}

/** What the host knows of addresses and interfaces, as rules ask for it. */
export interface World {
  /** As the kernel's `inet_addr_type`: what an address is to this host, or to one of its interfaces alone. */
  typeOf(ip: Ip, device?: string): AddressType;
  /** The interface that a packet to this address leaves by. */
  routeTo(ip: Ip): string | undefined;
  /** The first address of an interface. */
  addressOf(device: string, family: Family): Ip | undefined;
  /** What a masquerading rule takes: an address that others can reach, of another interface where that one has none (`inet_select_addr`). */
  sourceOf(device: string, family: Family): Ip | undefined;
  isBridge(device: string): boolean;
  /** The sets of ipset. */
  readonly sets: IpSets;
  /** Whether an address belongs to one of Docker's bridge networks. */
  isDockers(ip: Ip): boolean;
}

export type AddressType = 'LOCAL' | 'UNICAST' | 'BROADCAST' | 'MULTICAST';

/** Whether two packets would be treated alike from here on. */
export function isSame(one: Packet, other: Packet): boolean {
  return (
    one === other ||
    (one.src === other.src &&
      one.dst === other.dst &&
      one.sport === other.sport &&
      one.dport === other.dport &&
      one.mark === other.mark &&
      one.ctmark === other.ctmark &&
      one.out === other.out &&
      one.in === other.in &&
      one.untracked === other.untracked &&
      one.state === other.state &&
      one.dnat === other.dnat &&
      one.snat === other.snat)
  );
}
