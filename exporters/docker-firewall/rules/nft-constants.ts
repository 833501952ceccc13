import { type Ip, type IpRange, isWithin, parseIp, prefixRange } from './addresses.ts';
import { FLAG_BITS, STATUS_BITS } from './connection.ts';
import { listOf, numberOf, objectOf, onlyEntry, textOf } from './nft-json.ts';
import { MAYBE, NO, type Tri, YES } from './packet.ts';

/** What an expression says of a packet: undefined when we cannot tell, null when the packet has no such thing, and its rule then does not match. */
export type Value = Ip | string | boolean | readonly Value[] | undefined | null;

/** How constants beside an expression are written: addresses, names of interfaces, bits by name, or as they are. */
export type Kind = 'ip' | 'device' | 'state' | 'status' | 'flags' | 'plain';

/** Bits by the names that nft prints for `ct state`. */
export const STATE_BITS: Readonly<Record<string, number>> = {
  invalid: 1,
  established: 2,
  related: 4,
  new: 8,
  untracked: 64,
};

const BITS: Readonly<Partial<Record<Kind, Readonly<Record<string, number>>>>> = {
  state: STATE_BITS,
  status: STATUS_BITS,
  flags: Object.fromEntries(Object.entries(FLAG_BITS).map(([name, bit]) => [name.toLowerCase(), bit])),
};

/** Reads one constant; undefined when it is not of a form that we know. */
export function readConstant(json: unknown, kind: Kind): Value {
  const bits = BITS[kind];
  if (bits !== undefined) return bitsOf(json, bits);
  if (typeof json === 'boolean' || typeof json === 'number') return json;
  const text = textOf(json);
  if (text === undefined) return undefined;
  return kind === 'ip' ? parseIp(text)?.ip : text;
}

function bitsOf(json: unknown, names: Readonly<Record<string, number>>): number | undefined {
  if (typeof json === 'number') return json;
  const operands = onlyEntry(json);
  const all = typeof json === 'string' ? [json] : operands?.[0] === '|' ? listOf(operands[1]) : listOf(json);
  let sum = 0;
  for (const one of all) {
    const bits = typeof one === 'string' ? names[one] : bitsOf(one, names);
    if (bits === undefined) return undefined;
    sum |= bits;
  }
  return all.length === 0 ? undefined : sum;
}

/** Whether a packet's value is the one wanted, or among them. */
export type Wanted = (value: Value) => Tri;

/** What a rule compares with: a constant, a prefix, a range, a set written out, or parts put together. */
export function compileWanted(
  json: unknown,
  kinds: readonly Kind[],
  setOf: (name: string) => readonly unknown[] | undefined,
): Wanted {
  const text = textOf(json);
  if (text?.startsWith('@')) {
    const elements = setOf(text.slice(1));
    return elements === undefined ? () => MAYBE : anyOf(elements.map((one) => compileElement(one, kinds)));
  }
  const set = objectOf(json)?.set;
  if (set !== undefined) return anyOf(listOf(set).map((one) => compileElement(one, kinds)));
  return compileElement(json, kinds);
}

function anyOf(all: readonly Wanted[]): Wanted {
  return (value) => {
    let result: Tri = NO;
    for (const one of all) {
      const holds = one(value);
      if (holds === YES) return YES;
      if (holds === MAYBE) result = MAYBE;
    }
    return result;
  };
}

/** One element of a set or map. */
export function compileElement(json: unknown, kinds: readonly Kind[]): Wanted {
  const [form, body] = onlyEntry(json) ?? [];
  if (form === 'elem') return compileElement(objectOf(body)?.val, kinds);
  if (form === 'concat') return compileParts(listOf(body), kinds);
  const kind = kinds[0] ?? 'plain';
  if (form === 'prefix') return prefixWanted(objectOf(body) ?? {});
  if (form === 'range') return rangeWanted(listOf(body), kind);
  if (json === '*') return () => YES;
  const wanted = readConstant(json, kind);
  if (wanted === undefined) return () => MAYBE;
  if (kind === 'device' && typeof wanted === 'string' && wanted.endsWith('*')) {
    const start = wanted.slice(0, -1);
    return (value) => (typeof value === 'string' && value !== '' && value.startsWith(start) ? YES : NO);
  }
  // A route that exists compares as true with `missing` and its opposite.
  if (typeof wanted === 'boolean') return (value) => ((value !== false) === wanted ? YES : NO);
  return (value) => (value === wanted ? YES : NO);
}

function compileParts(parts: readonly unknown[], kinds: readonly Kind[]): Wanted {
  const all = parts.map((part, at) => compileElement(part, [kinds[at] ?? 'plain']));
  return (value) => {
    const values = listOf(value) as readonly Value[];
    let result: Tri = YES;
    for (const [at, one] of all.entries()) {
      const holds = one(values[at]);
      if (holds === NO) return NO;
      if (holds === MAYBE) result = MAYBE;
    }
    return result;
  };
}

function prefixWanted(prefix: Readonly<Record<string, unknown>>): Wanted {
  const address = parseIp(textOf(prefix.addr) ?? '');
  const bits = numberOf(prefix.len);
  if (address === undefined || bits === undefined) return () => MAYBE;
  return within(prefixRange(address.family, address.ip, bits));
}

function rangeWanted([from, to]: readonly unknown[], kind: Kind): Wanted {
  const low = readConstant(from, kind);
  const high = readConstant(to, kind);
  if (typeof low === 'number' && typeof high === 'number')
    return (value) => (typeof value === 'number' && value >= low && value <= high ? YES : NO);
  if (typeof low === 'bigint' && typeof high === 'bigint') return within({ family: 6, low, high });
  return () => MAYBE;
}

function within(range: IpRange): Wanted {
  return (value) => ((typeof value === 'number' || typeof value === 'bigint') && isWithin(range, value) ? YES : NO);
}
