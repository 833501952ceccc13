import { hasConnection } from './connection.ts';
import type { Action, Test } from './model.ts';
import { compileElement, compileWanted, type Kind, readConstant, type Value, type Wanted } from './nft-constants.ts';
import { compileExpression, type Expression } from './nft-expressions.ts';
import { type Json, listOf, objectOf, onlyEntry, textOf } from './nft-json.ts';
import { type Names, pairsOf, targetOf } from './nft-maps.ts';
import { certain, MAYBE, NO, not, type Packet, type Tri, type World, YES } from './packet.ts';
import { UNTRACK } from './save-targets.ts';

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
  if (isBits(kind)) {
    const bits = readConstant(right, kind);
    const isAny = (value: Value) => (typeof bits === 'number' && typeof value === 'number' ? value & bits : undefined);
    if (op === 'in') return (value) => truth(isAny(value), (found) => found !== 0);
    if (op === '!') return (value) => truth(isAny(value), (found) => found === 0);
    // Conntrack keeps more bits than have names.
    if (kind === 'status') return () => MAYBE;
  }
  if (op === '<' || op === '>' || op === '<=' || op === '>=') return orderOf(op, readConstant(right, kind));
  if (onlyEntry(right)?.[0] === 'meta' || onlyEntry(right)?.[0] === 'ct') return () => MAYBE;
  const wanted = compileWanted(right, kinds, names.elements);
  return op === '!=' ? (value) => not(wanted(value)) : wanted;
}

function truth(value: number | undefined, holds: (value: number) => boolean): Tri {
  return value === undefined ? MAYBE : certain(holds(value));
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

/** What may be set without changing whether a packet arrives. */
const HARMLESS = new Set([
  ...['meta nftrace', 'meta priority', 'meta secmark', 'ct label', 'ct event', 'ct secmark', 'ct helper', 'ct timeout'],
  ...['payload dscp', 'payload ecn', 'payload id', 'payload flowlabel'],
]);

function mangleOf({ key, value }: Json): Action | undefined {
  const [object = '', body] = onlyEntry(key) ?? [];
  const { key: what, protocol, field } = objectOf(body) ?? {};
  if ((object === 'meta' || object === 'ct') && what === 'mark') return markOf(object, value);
  const isLongLived = (field === 'ttl' || field === 'hoplimit') && Number(value) > 1;
  const isHarmless = object === 'tcp option' || isLongLived || HARMLESS.has(`${object} ${what ?? field}`);
  return isHarmless ? undefined : { do: 'unmodelled', what: `${object} ${what ?? `${protocol} ${field}`} set` };
}

function markOf(object: 'meta' | 'ct', value: unknown): Action {
  const expression = compileExpression(value);
  const which = object === 'meta' ? 'mark' : 'ctmark';
  return {
    do: 'change',
    change: (packet, world) => {
      if (object === 'ct' && !hasConnection(packet)) return packet;
      const mark = expression.get(packet, world);
      if (mark === null) return undefined;
      return { ...packet, [which]: typeof mark === 'number' ? mark : undefined };
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
