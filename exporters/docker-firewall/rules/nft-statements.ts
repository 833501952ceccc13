import type { Action, Chain, Target, Test } from './model.ts';
import { compileElement, compileWanted, type Kind, readConstant, type Value, type Wanted } from './nft-constants.ts';
import { compileExpression, type Expression } from './nft-expressions.ts';
import { type Json, listOf, objectOf, onlyEntry, textOf } from './nft-json.ts';
import { MAYBE, NO, not, type Packet, type Tri, type World, YES } from './packet.ts';
import { UNTRACK } from './save-targets.ts';

/** What statements refer to by name in their table. */
export interface Names {
  readonly chain: (name: string) => Chain | undefined;
  /** The elements of a set, or the pairs of a map; undefined when there is no such thing. */
  readonly elements: (name: string) => readonly unknown[] | undefined;
}

/** Statements after which a packet goes on as it was, as far as reaching its end matters. */
const PASSING = new Set([
  ...['counter', 'log', 'flow', 'last', 'ct helper', 'ct timeout', 'ct expectation', 'secmark', 'dup', 'comment'],
]);
/** Statements that hold only up to a rate or an amount. */
const SOMETIMES = new Set(['limit', 'quota', 'ct count', 'meter', 'connlimit']);

/** What one statement of a rule is: a condition, something that is done, or nothing that matters. */
export function compileStatement(json: unknown, names: Names): Test | Action | undefined {
  const [name = '', body] = onlyEntry(json) ?? [typeof json === 'string' ? json : ''];
  if (name === 'match') return matchOf(objectOf(body) ?? {}, names);
  if (PASSING.has(name)) return undefined;
  if (name === 'limit' && isGenerous(objectOf(body) ?? {}))
    return { what: name, holds: () => (objectOf(body)?.inv === true ? NO : YES) };
  if (SOMETIMES.has(name)) return { what: name, holds: () => MAYBE };
  const verdict = verdictOf(name, body, names);
  if (verdict !== undefined) return verdict;
  const fields = objectOf(body) ?? {};
  if (name === 'mangle') return mangleOf(fields);
  if (name === 'notrack') return UNTRACK;
  if (name === 'vmap') return vmapOf(fields, names);
  if (name === 'dnat' || name === 'snat') return { do: name, target: targetOf(fields, names) };
  if (name === 'masquerade') return { do: 'snat', own: true, target: () => ({}) };
  if (name === 'redirect') return { do: 'dnat', own: true, target: targetOf(fields, names) };
  if (name === 'set' || name === 'map')
    return listOf(fields.stmt).length > 0 ? { what: 'update @set', holds: () => MAYBE } : undefined;
  if (name === 'xt' && objectOf(body)?.type === 'match')
    return { what: `xt match ${textOf(fields.name) ?? ''}`, holds: () => MAYBE };
  if (name === 'xt') return { do: 'unmodelled', what: `xt target ${textOf(fields.name) ?? ''}`.trim() };
  return { do: 'unmodelled', what: name };
}

/** A rate that nobody comes near: a lone packet is always within it. */
function isGenerous({ rate, per }: Json): boolean {
  return per === 'second' && typeof rate === 'number' && rate >= 100;
}

function verdictOf(name: string, body: unknown, names: Names): Action | undefined {
  if (name === 'accept' || name === 'return' || name === 'continue') return { do: name };
  if (name === 'drop' || name === 'reject') return { do: 'drop' };
  if (name === 'jump' || name === 'goto') return { do: name, chain: names.chain(textOf(objectOf(body)?.target) ?? '') };
  return undefined;
}

function matchOf({ op, left, right }: Json, names: Names): Test {
  const what = `${onlyEntry(left)?.[0] ?? 'match'} ${JSON.stringify(onlyEntry(left)?.[1])}`;
  const expression = compileExpression(left);
  const compare = comparison(textOf(op) ?? '==', right, expression, names);
  const isCoarse = /^meta \{"key":"(?:[io]if(?:name)?|l4proto|nfproto)"\}$/.test(what);
  return {
    what,
    ...(isCoarse && { isCoarse }),
    holds: (packet, world) => {
      const value = expression.get(packet, world);
      if (value === null) return NO;
      return value === undefined ? MAYBE : compare(value, packet, world);
    },
  };
}

type Compare = (value: Value, packet: Packet, world: World) => Tri;

function comparison(op: string, right: unknown, { kinds }: Expression, names: Names): Compare {
  const kind = kinds[0] ?? 'plain';
  if (op === 'in' && isBits(kind)) {
    const bits = readConstant(right, kind);
    if (typeof bits === 'number') return (value) => (typeof value === 'number' && (value & bits) !== 0 ? YES : NO);
  }
  if (op === '<' || op === '>' || op === '<=' || op === '>=') return orderOf(op, readConstant(right, kind));
  if (onlyEntry(right)?.[0] === 'meta' || onlyEntry(right)?.[0] === 'ct') return () => MAYBE;
  const wanted = compileWanted(right, kinds, names.elements);
  return op === '!=' ? (value) => not(wanted(value)) : wanted;
}

function isBits(kind: Kind): boolean {
  return kind === 'state' || kind === 'status' || kind === 'flags';
}

function orderOf(op: '<' | '>' | '<=' | '>=', limit: Value): Compare {
  if (typeof limit !== 'number' && typeof limit !== 'bigint') return () => MAYBE;
  return (value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') return MAYBE;
    const holds =
      op === '<' ? value < limit : op === '>' ? value > limit : op === '<=' ? value <= limit : value >= limit;
    return holds ? YES : NO;
  };
}

function mangleOf({ key, value }: Json): Action | undefined {
  const [object = '', body] = onlyEntry(key) ?? [];
  const what = textOf(objectOf(body)?.key);
  if ((object !== 'meta' && object !== 'ct') || what !== 'mark') return undefined;
  const expression = compileExpression(value);
  const field = object === 'meta' ? 'mark' : 'ctmark';
  return {
    do: 'change',
    change: (packet, world) => {
      const mark = expression.get(packet, world);
      return { ...packet, [field]: typeof mark === 'number' ? mark : undefined };
    },
  };
}

function vmapOf({ key, data }: Json, names: Names): Action {
  const expression = compileExpression(key);
  const pairs = pairsOf(data, names)?.map(([from, to]): readonly [Wanted, Action] => {
    const [name = '', body] = onlyEntry(to) ?? [];
    return [compileElement(from, expression.kinds), verdictOf(name, body, names) ?? { do: 'continue' }];
  });
  const what = `vmap ${typeof data === 'string' ? data : ''}`.trim();
  if (pairs === undefined) return { do: 'unmodelled', what };
  const every: readonly Action[] = [...pairs.map(([, action]) => action), { do: 'continue' }];
  return {
    do: 'choose',
    what,
    choose: (packet, world) => {
      const value = expression.get(packet, world);
      if (value === null) return [];
      if (value === undefined) return every;
      const possible = pairs.filter(([wanted]) => wanted(value) !== NO);
      const sure = possible.find(([wanted]) => wanted(value) === YES);
      if (sure !== undefined) return [sure[1]];
      return possible.length === 0 ? [] : [...possible.map(([, action]) => action), { do: 'continue' }];
    },
  };
}

/** The pairs of a map, named or written out. */
function pairsOf(data: unknown, names: Names): (readonly [unknown, unknown])[] | undefined {
  const elements = typeof data === 'string' ? names.elements(data.replace(/^@/, '')) : listOf(objectOf(data)?.set);
  return elements?.map((pair) => {
    const [from, to] = listOf(pair);
    return [from, to] as const;
  });
}

/** Where a `dnat`, `snat` or `redirect` leads: constants, or looked up in a map. */
function targetOf(fields: Json, names: Names): (packet: Packet, world: World) => Target | undefined {
  const address = fields.addr === undefined ? undefined : operandOf(fields.addr, 'ip', names);
  const port = fields.port === undefined ? undefined : operandOf(fields.port, 'plain', names);
  return (packet, world) => {
    const found = address?.(packet, world);
    const [ip, mapped] = Array.isArray(found) ? (found as readonly Value[]) : [found as Value];
    const to = port === undefined ? mapped : port(packet, world);
    if (address !== undefined && typeof ip !== 'number' && typeof ip !== 'bigint') return undefined;
    if ((port !== undefined || mapped !== undefined) && typeof to !== 'number') return undefined;
    return {
      ...((typeof ip === 'number' || typeof ip === 'bigint') && { ip }),
      ...(typeof to === 'number' && { port: to }),
    };
  };
}

function operandOf(json: unknown, kind: Kind, names: Names): (packet: Packet, world: World) => Value {
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
    if (value === undefined || value === null) return undefined;
    return pairs?.find(([wanted]) => wanted(value) === YES)?.[1];
  };
}

function mappedValue(json: unknown, kind: Kind): Value {
  const parts = objectOf(json)?.concat;
  if (parts === undefined) return readConstant(json, kind);
  return listOf(parts).map((part, at) => readConstant(part, at === 0 ? kind : 'plain'));
}
