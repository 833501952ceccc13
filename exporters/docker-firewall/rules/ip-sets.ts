import { type Ip, type IpRange, isWithin } from './addresses.ts';
import { getOrMake } from './get-or-make.ts';
import { type Found, type IpSet, isAddress, lookUp, type Sides } from './ip-set.ts';
import { MAYBE, NO, type Packet, packetFrom, type Tri, YES } from './packet.ts';

/** The sets of a host, by name. */
export interface IpSets {
  /** Whether a set holds a packet; `--return-nomatch` asks for the entries that take out instead. */
  holds(name: string, sides: Sides, packet: Packet, returnNomatch: boolean): Tri;
  /** Whether an entry names an address at one of its places. */
  names(name: string, ip: Ip): boolean;
  get(name: string): IpSet | undefined;
  /** Why it may be that it cannot be told what a set holds. */
  doubtOf(name: string): string;
  /** A rule adds to a set, or takes from it, what it is walked with: from then on it is not known what it holds. */
  stir(name: string): void;
  readonly stirred: ReadonlySet<string>;
}

/** Puts sets together; `unread` says why others are not among them. */
export function ipSetsOf(sets: ReadonlyMap<string, IpSet>, unread: string): IpSets {
  const stirred = new Set<string>();
  const found = new Map<IpSet, Map<Ip | string, Found>>();
  const look = (set: IpSet, sides: Sides, packet: Packet): Found => {
    const [side = 'src'] = sides;
    const { src, dst, sport, dport, proto, in: by, out, mark } = packet;
    // Most sets are lists of addresses, and most rules that ask for them are asked of all packets.
    const asked = isList(set) ? packet[side] : [sides, src, dst, sport, dport, proto, by, out, mark].join(' ');
    const known = getOrMake(found, set, () => new Map<Ip | string, Found>());
    return getOrMake(known, asked, () => lookUp(set, sides, packet));
  };
  const holds: IpSets['holds'] = (name, sides, packet, returnNomatch) => {
    const set = sets.get(name);
    if (set === undefined || stirred.has(name)) return MAYBE;
    if (set.parts[0] === 'set') {
      let result: Tri = set.about === undefined ? NO : MAYBE;
      for (const member of set.members()) {
        const inside = holds(member.name, sides, packet, returnNomatch);
        if (inside === YES && !member.isUnsure) return YES;
        if (inside !== NO) result = MAYBE;
      }
      return result;
    }
    const there = look(set, sides, packet);
    if (there === 'unsure') return MAYBE;
    if (!returnNomatch || !set.parts.includes('net')) return there === 'in' ? YES : NO;
    return there === 'nomatch' ? YES : NO;
  };
  const ranges = new Map<IpSet, Map<number, readonly IpRange[]>>();
  const rangesOf = (set: IpSet, at: number) =>
    getOrMake(
      getOrMake(ranges, set, () => new Map<number, readonly IpRange[]>()),
      at,
      () => [...set.ranges(at)],
    );
  const names: IpSets['names'] = (name, ip) => {
    const set = sets.get(name);
    if (set === undefined) return false;
    if (set.parts[0] === 'set') return set.members().some((member) => names(member.name, ip));
    if (isList(set)) {
      const { about: _, ...kept } = set;
      return lookUp(kept, ['src'], packetFrom({ src: ip, dst: ip, dport: 0, proto: 'tcp', in: '' })) !== 'out';
    }
    return set.parts.some((part, at) => isAddress(part) && rangesOf(set, at).some((range) => isWithin(range, ip)));
  };
  return {
    holds,
    names,
    get: (name) => sets.get(name),
    doubtOf(name) {
      const set = sets.get(name);
      if (stirred.has(name)) return `what the set ${name} holds, which rules change as packets pass`;
      if (set === undefined) return `what the set ${name} holds: ${unread}`;
      if (set.about !== undefined)
        return `what the set ${name} holds, of whose ${set.size} entries only some were kept`;
      return `what the set ${name} (${set.type}) holds for it`;
    },
    stir(name) {
      stirred.add(name);
      for (const member of sets.get(name)?.members() ?? []) stirred.add(member.name);
    },
    stirred,
  };
}

function isList({ parts: [only = 'set', ...more] }: IpSet): boolean {
  return isAddress(only) && more.length === 0;
}
