import { type Family, formatIp, type Ip, type IpRange, isWithin, prefixRange, widthOf } from './addresses.ts';
import { getOrMake } from './get-or-make.ts';
import { MAYBE, NO, type Packet, type Tri, YES } from './packet.ts';

/** What stands at one place of an entry, by the set's type: `hash:ip,port` has an address, then a port. */
export type Part = 'ip' | 'net' | 'port' | 'iface' | 'mac' | 'mark' | 'set';

/** Which side of a packet each part is compared with. */
export type Sides = readonly ('src' | 'dst')[];

/** What is said under one key: most often just that it is there. */
export interface Entry {
  /** What it names is as if it were not there. */
  readonly isNomatch: boolean;
  /** It may be gone by now, or hang on what we do not know. */
  readonly isUnsure: boolean;
  /** Of `hash:net,iface`: the interface, or how its name begins. */
  readonly device?: { readonly name: string; readonly isPrefix: boolean };
}

/** Entries whose prefixes are of the same lengths, by what they hold: as `ipset save` writes it, without interfaces and MAC addresses. */
export interface Shape {
  readonly bits: readonly number[];
  readonly entries: ReadonlyMap<string, readonly Entry[]>;
}

/** A set, as the kernel asks it. */
export interface IpSet {
  /** `hash:net,port` */
  readonly type: string;
  readonly parts: readonly Part[];
  /** Undefined when it is for both. */
  readonly family: Family | undefined;
  /** Addresses are cut to so many bits before they are looked up. */
  readonly netmask?: number;
  /** In a way that we do not model. */
  readonly isMasked: boolean;
  readonly markmask: number;
  /** How many entries it has. */
  readonly size: number;
  /** The longest prefixes first, as the kernel tries them; read when first asked for. */
  readonly shapes: () => readonly Shape[];
  /** The names in a list of sets. */
  readonly members: () => readonly { readonly name: string; readonly isUnsure: boolean }[];
  /** What addresses its entries hold at one place; of those alone that take out or do not, when that is asked for. */
  readonly ranges: (part: number, isNomatch?: boolean) => IteratorObject<IpRange>;
  /** Only what concerns these addresses was kept of it. */
  readonly about?: readonly IpRange[];
}

/** What a set says of a packet: an entry for it, one that takes it out again, or none. */
export type Found = 'in' | 'nomatch' | 'out' | 'unsure';

/**
 * Looks a packet up (`mtype_test` and `mtype_test_cidrs` in net/netfilter/ipset/ip_set_hash_gen.h): the longest prefixes are tried
 * first, and the first that holds decides.
 */
export function lookUp(set: IpSet, sides: Sides, packet: Packet): Found {
  const { parts, family } = set;
  if (sides.length < parts.length || (family !== undefined && family !== packet.family)) return 'out';
  if (set.about !== undefined && !isAbout(set, sides, packet, set.about)) return 'unsure';
  if (set.size === 0) return 'out';
  if (set.isMasked || (parts.includes('mark') && packet.mark === undefined)) return 'unsure';
  for (const shape of set.shapes()) {
    const found = shape.entries.get(keyOf(set, shape, sides, packet));
    if (found !== undefined) return meaningOf(found, deviceOf(parts, sides, packet));
  }
  return 'out';
}

function isAbout({ parts }: IpSet, sides: Sides, packet: Packet, about: readonly IpRange[]): boolean {
  return parts.some(
    (part, at) => isAddress(part) && about.some((range) => isWithin(range, packet[sides[at] ?? 'src'])),
  );
}

export function isAddress(part: Part): boolean {
  return part === 'ip' || part === 'net';
}

/** What an entry for the packet would look like. */
function keyOf({ type, parts, netmask, markmask }: IpSet, { bits }: Shape, sides: Sides, packet: Packet): string {
  const [only] = parts;
  const keys: string[] = [];
  let nets = 0;
  for (const [at, part] of parts.entries()) {
    const side = sides[at] ?? 'src';
    if (part === 'ip') keys.push(formatPrefix(packet[side], netmask ?? widthOf(packet.family), packet.family, false));
    else if (part === 'net') keys.push(formatPrefix(packet[side], bits[nets++] ?? 0, packet.family, true));
    else if (part === 'port') {
      const port = side === 'src' ? packet.sport : packet.dport;
      keys.push(only === 'port' && type.startsWith('bitmap') ? String(port) : `${packet.proto}:${port}`);
    } else if (part === 'mark') keys.push(`0x${(((packet.mark ?? 0) & markmask) >>> 0).toString(16).padStart(8, '0')}`);
  }
  return keys.join(',');
}

function formatPrefix(ip: Ip, bits: number, family: Family, isNet: boolean): string {
  if (bits === widthOf(family)) return formatIp(ip);
  const text = formatIp(prefixRange(family, ip, bits).low);
  return isNet ? `${text}/${bits}` : text;
}

function deviceOf(parts: readonly Part[], sides: Sides, packet: Packet): string | undefined {
  const at = parts.indexOf('iface');
  if (at < 0) return undefined;
  return sides[at] === 'src' ? packet.in : packet.out;
}

/** Where the same network stands with other interfaces alone, no shorter prefix is tried (`multi` in `mtype_test_cidrs`). */
function meaningOf(found: readonly Entry[], name: string | undefined): Found {
  if (name === '') return 'out';
  const entries = name === undefined ? found : found.filter(({ device }) => device === undefined || isOf(device, name));
  if (entries.length === 0) return 'out';
  if (entries.some(({ isUnsure }) => isUnsure)) return 'unsure';
  if (entries.every(({ isNomatch }) => isNomatch)) return 'nomatch';
  return entries.some(({ isNomatch }) => isNomatch) ? 'unsure' : 'in';
}

function isOf(device: NonNullable<Entry['device']>, name: string): boolean {
  return device.isPrefix ? name.startsWith(device.name) : name === device.name;
}

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
  const found = new Map<string, Found>();
  const look = (name: string, set: IpSet, sides: Sides, packet: Packet): Found => {
    const { src, dst, sport, dport, proto, in: by, out, mark } = packet;
    const asked = [name, sides, src, dst, sport, dport, proto, by, out, mark].join(' ');
    return getOrMake(found, asked, () => lookUp(set, sides, packet));
  };
  const holds: IpSets['holds'] = (name, sides, packet, returnNomatch) => {
    const set = sets.get(name);
    if (set === undefined || stirred.has(name)) return MAYBE;
    if (set.parts[0] === 'set') {
      let result: Tri = NO;
      for (const member of set.members()) {
        const inside = holds(member.name, sides, packet, returnNomatch);
        if (inside === YES && !member.isUnsure) return YES;
        if (inside !== NO) result = MAYBE;
      }
      return result;
    }
    const there = look(name, set, sides, packet);
    if (there === 'unsure') return MAYBE;
    if (!returnNomatch || !set.parts.includes('net')) return there === 'in' ? YES : NO;
    return there === 'nomatch' ? YES : NO;
  };
  const names: IpSets['names'] = (name, ip) => {
    const set = sets.get(name);
    if (set === undefined) return false;
    if (set.parts[0] === 'set') return set.members().some((member) => names(member.name, ip));
    if (set.parts.length === 1 && set.about === undefined && isAddress(set.parts[0] ?? 'set'))
      return look(name, set, ['src'], anyFrom(ip)) !== 'out';
    return set.parts.some((part, at) => isAddress(part) && set.ranges(at).some((range) => isWithin(range, ip)));
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

/** Of a packet only where it comes from is asked. */
function anyFrom(ip: Ip): Packet {
  const tuple = { src: ip, dst: ip, sport: 0, dport: 0 };
  return {
    ...tuple,
    family: typeof ip === 'number' ? 4 : 6,
    proto: 'tcp',
    in: '',
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
