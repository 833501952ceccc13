import type { SavedSet, Snapshot } from '../snapshot.ts';
import { type Family, formatIp, type IpRange, parseIp, parseRange, widthOf } from './addresses.ts';
import { getOrMake } from './get-or-make.ts';
import { type Entry, type IpSet, isAddress, type Part, type Shape } from './ip-set.ts';
import { type IpSets, ipSetsOf } from './ip-sets.ts';

/** An entry that ends this soon may have ended while the rest was looked at. */
const ENDING_S = 5;
const PARTS: ReadonlySet<string> = new Set(['ip', 'net', 'port', 'iface', 'mac', 'mark', 'set']);
const PLAIN: readonly Entry[] = [{ isNomatch: false, isUnsure: false }];

/** The sets of a snapshot, each read when it is first asked for. */
export function readSets({ sets, missing }: Snapshot): IpSets {
  const read = (sets ?? []).flatMap((saved) => {
    const set = readSet(saved);
    return set === undefined ? [] : [[saved.name, set] as const];
  });
  const unread = sets === undefined ? 'this snapshot holds no sets' : 'it is of a type that is not known';
  const why = missing.filter(({ part }) => part === 'sets').map((one) => one.why);
  return ipSetsOf(new Map(read), why.length === 0 ? unread : [...new Set(why)].join('; '));
}

/** Reads a set as `ipset save` printed it; undefined where its type is none that we know. */
export function readSet({ header, entries, about, left = 0 }: SavedSet): IpSet | undefined {
  const [type = ''] = header.split(' ');
  const [method = '', list = ''] = type.split(':');
  const parts = list.split(',') as Part[];
  if (!['hash', 'bitmap', 'list'].includes(method) || !parts.every((one) => PARTS.has(one))) return undefined;
  const option = (name: string) => new RegExp(` ${name} (\\S+)`).exec(header)?.[1];
  const family = familyOf(method, parts, option('family'));
  const netmask = option('netmask');
  let shapes: readonly Shape[] | undefined;
  return {
    type,
    parts,
    family,
    ...(netmask !== undefined && { netmask: Number(netmask) }),
    // On networks it cuts both their ends.
    isMasked: option('bitmask') !== undefined || (netmask !== undefined && parts.includes('net')),
    markmask: Number(option('markmask') ?? 0xff_ff_ff_ff),
    size: linesOf(entries).length + left,
    shapes: () => (shapes ??= shapesOf(linesOf(entries), parts, family ?? 4)),
    members: () =>
      parts[0] === 'set' ? linesOf(entries).map((line) => ({ name: memberOf(line), isUnsure: isEnding(line) })) : [],
    ranges: (part, isNomatch) =>
      linesOf(entries)
        .values()
        .filter((line) => isNomatch === undefined || isNomatch === / nomatch\b/.test(line))
        .map((line) => rangeIn(line, part, netmask))
        .filter((range) => range !== undefined),
    ...(about !== undefined && { about: about.flatMap((one) => parseRange(one) ?? []) }),
  };
}

function familyOf(method: string, parts: readonly Part[], family: string | undefined): Family | undefined {
  if (!parts.some(isAddress)) return undefined;
  return method === 'hash' && family === 'inet6' ? 6 : 4;
}

/** The entries of a set, one a line. */
export function linesOf(entries: string): string[] {
  return entries === '' ? [] : entries.split('\n');
}

/** Names may hold spaces; what a list says of its sets is a timeout at most. */
function memberOf(line: string): string {
  return line.replace(/ timeout \d+$/, '');
}

function isEnding(line: string): boolean {
  const left = Number(/ timeout (\d+)/.exec(line)?.[1] ?? 0);
  return left > 0 && left <= ENDING_S;
}

/** What an entry names, without what is said of it. */
function keyIn(line: string): string {
  const end = line.indexOf(' ');
  return end < 0 ? line : line.slice(0, end);
}

interface Draft extends Shape {
  readonly entries: Map<string, readonly Entry[]>;
}

function shapesOf(lines: readonly string[], parts: readonly Part[], family: Family): readonly Shape[] {
  const shapes = new Map<string, Draft>();
  const [only = 'set'] = parts;
  const isList = parts.length === 1 && isAddress(only);
  const byBits = new Map<number, Draft>();
  const shapeFor = (bits: readonly number[]) =>
    getOrMake(shapes, String(bits), (): Draft => ({ bits, entries: new Map() }));
  for (const line of lines) {
    // Lists of addresses may be long.
    if (isList && !/ nomatch| timeout [1-9]$/.test(line)) {
      const key = keyIn(line);
      const bits = only === 'net' ? bitsIn(key, family) : 0;
      const shape = getOrMake(byBits, bits, () => shapeFor(only === 'net' ? [bits] : []));
      shape.entries.set(canonical(key), PLAIN);
      continue;
    }
    const words = keyIn(line).split(',');
    const shape = shapeFor(parts.flatMap((part, at) => (part === 'net' ? bitsIn(words[at] ?? '', family) : [])));
    const key = canonical(words.filter((_, at) => isOfKey(parts[at])).join(','));
    shape.entries.set(key, [...(shape.entries.get(key) ?? []), entryOf(line, words, parts)]);
  }
  return [...shapes.values()].toSorted((one, other) => {
    const at = one.bits.findIndex((bits, index) => bits !== other.bits[index]);
    return at < 0 ? 0 : (other.bits[at] ?? 0) - (one.bits[at] ?? 0);
  });
}

/** What is known of a packet and told apart by lookup alone. */
function isOfKey(part: Part | undefined): boolean {
  return part !== 'iface' && part !== 'mac';
}

function bitsIn(word: string, family: Family): number {
  const slash = word.indexOf('/');
  return slash < 0 ? widthOf(family) : Number(word.slice(slash + 1));
}

/** The C library writes some addresses of IPv6 with an IPv4 address at their end. */
function canonical(key: string): string {
  if (!key.includes(':') || !/::.*\./.test(key)) return key;
  return key.replaceAll(/[\da-f:]*::[\da-f:]*[\d.]+/g, (text) => {
    const parsed = parseIp(text);
    return parsed === undefined ? text : formatIp(parsed.ip);
  });
}

function entryOf(line: string, words: readonly string[], parts: readonly Part[]): Entry {
  const device = words[parts.indexOf('iface')];
  return {
    isNomatch: / nomatch\b/.test(line),
    // The ports of bridges are seen by none of iptables' matches of sets, and a packet of ours has no MAC address.
    isUnsure: isEnding(line) || parts.includes('mac') || device?.startsWith('physdev:') === true,
    ...(device !== undefined && {
      device: {
        name: device.replace(/^physdev:/, ''),
        isPrefix: / wildcard\b/.test(line) || device.startsWith('physdev:'),
      },
    }),
  };
}

/** The addresses that an entry holds at one place; undefined when it is no address that stands there. */
export function rangeIn(line: string, part: number, netmask?: string): IpRange | undefined {
  const word = keyIn(line).split(',')[part] ?? '';
  return parseRange(netmask === undefined || word.includes('/') ? word : `${word}/${netmask}`);
}
