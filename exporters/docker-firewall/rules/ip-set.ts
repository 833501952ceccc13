import { type Family, formatIp, type Ip, type IpRange, isWithin, prefixRange, widthOf } from './addresses.ts';
import type { Packet } from './packet.ts';

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
