import type { Ip } from './addresses.ts';
import type { Action, Chain } from './model.ts';
import { compileElement, type Kind, readConstant, type Value } from './nft-constants.ts';
import { compileExpression } from './nft-expressions.ts';
import { type Json, listOf, objectOf, textOf } from './nft-json.ts';
import { NO, type Packet, type World, YES } from './packet.ts';

/** What statements refer to by name in their table. */
export interface Names {
  readonly chain: (name: string) => Chain | undefined;
  /** The elements of a set, or the pairs of a map; undefined when there is no such thing. */
  readonly elements: (name: string) => readonly unknown[] | undefined;
}

/** The pairs of a map, named or written out. */
export function pairsOf(data: unknown, names: Names): (readonly [unknown, unknown])[] | undefined {
  const elements = typeof data === 'string' ? names.elements(data.replace(/^@/, '')) : listOf(objectOf(data)?.set);
  return elements?.map((pair) => {
    const [from, to] = listOf(pair);
    return [from, to] as const;
  });
}

type FindTarget = Extract<Action, { readonly target: unknown }>['target'];
type Find = (packet: Packet, world: World) => Value;
const FAMILIES: Readonly<Record<string, number>> = { ip: 4, ip6: 6 };

/** Where a `dnat`, `snat` or `redirect` leads: constants, or looked up in a map; in a table for both families it is for one alone. */
export function targetOf(fields: Json, names: Names): FindTarget {
  const address = fields.addr === undefined ? undefined : operandOf(fields.addr, 'ip', names);
  const port = fields.port === undefined ? undefined : operandOf(fields.port, 'plain', names);
  const family = FAMILIES[textOf(fields.family) ?? ''];
  return (packet, world) => {
    const found = address?.(packet, world);
    const [ip, mapped] = Array.isArray(found) ? (found as readonly Value[]) : [found as Value];
    const to = port === undefined ? mapped : port(packet, world);
    if (found === null || to === null || (family ?? packet.family) !== packet.family) return null;
    if (address !== undefined && (typeof ip === 'number' ? 4 : 6) !== packet.family && isAddress(ip)) return null;
    if (address !== undefined && !isAddress(ip)) return undefined;
    if ((port !== undefined || mapped !== undefined) && typeof to !== 'number') return undefined;
    return { ...(isAddress(ip) && { ip }), ...(typeof to === 'number' && { port: to }) };
  };
}

function isAddress(value: Value): value is Ip {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** A constant, or what a map holds: null where it surely holds nothing for the packet. */
function operandOf(json: unknown, kind: Kind, names: Names): Find {
  const map = objectOf(objectOf(json)?.map);
  if (map === undefined) {
    const constant = readConstant(json, kind);
    return () => constant;
  }
  const key = compileExpression(map.key);
  const pairs = pairsOf(map.data, names)?.map(
    ([from, to]) => [compileElement(from, key.kinds), mappedValue(to, kind)] as const,
  );
  return (packet, world) => {
    const value = key.get(packet, world);
    if (value === undefined || value === null) return value;
    const possible = pairs?.filter(([wanted]) => wanted(value) !== NO);
    return possible?.length === 0 ? null : possible?.find(([wanted]) => wanted(value) === YES)?.[1];
  };
}

function mappedValue(json: unknown, kind: Kind): Value {
  const parts = objectOf(json)?.concat;
  if (parts === undefined) return readConstant(json, kind);
  return listOf(parts).map((part, at) => readConstant(part, at === 0 ? kind : 'plain'));
}
