import { type Family, type IpRange, parseRange, prefixRange } from '../rules/addresses.ts';
import type { IpRoute, Snapshot } from '../snapshot.ts';
import type { OwnAddress } from './topology.ts';

/** One route, and where it leads: by a device, or nowhere. */
export interface Route {
  readonly range: IpRange;
  readonly bits: number;
  readonly metric: number;
  readonly device: string | undefined;
  readonly kind?: string;
}

const NOWHERE = new Set(['unreachable', 'blackhole', 'prohibit', 'throw']);

/** The routes of the main table, the narrowest first; where none could be read, those that the addresses bring along. */
export function readRoutes(
  snapshot: Snapshot,
  family: Family,
  own: ReadonlyMap<string, readonly OwnAddress[]>,
): Route[] {
  const routes = routesIn(snapshot, family, isMain);
  if (routes.length === 0)
    for (const [device, list] of own)
      for (const { subnet } of list)
        if (subnet.family === family) routes.push({ range: subnet, bits: bitsOf(subnet), metric: 0, device });
  return routes.toSorted(narrowestFirst);
}

/** The routes of the tables that are meant, the narrowest first. */
export function routesIn(snapshot: Snapshot, family: Family, isMeant: (table: string) => boolean): Route[] {
  const printed = family === 4 ? snapshot.routes4 : snapshot.routes6;
  return printed
    .filter(({ table = 'main' }) => isMeant(table))
    .flatMap((route) => routeOf(route, family))
    .toSorted(narrowestFirst);
}

function narrowestFirst(one: Route, other: Route): number {
  return other.bits - one.bits || one.metric - other.metric;
}

/** The main table, by its name and number, and the one behind it. */
function isMain(table: string): boolean {
  return table === 'main' || table === 'default' || table === '254';
}

function routeOf(route: IpRoute & { readonly metric?: number }, family: Family): Route[] {
  const type = route.type ?? 'unicast';
  if (!(type === 'unicast' || NOWHERE.has(type))) return [];
  const range = route.dst === 'default' ? prefixRange(family, family === 4 ? 0 : 0n, 0) : parseRange(route.dst);
  if (range === undefined) return [];
  const road = { range, bits: bitsOf(range), metric: route.metric ?? 0 };
  return [NOWHERE.has(type) ? { ...road, device: undefined, kind: type } : { ...road, device: route.dev }];
}

function bitsOf({ family, low, high }: IpRange): number {
  return family === 4
    ? 32 - Math.round(Math.log2(Number(high) - Number(low) + 1))
    : 128 - ((BigInt(high) - BigInt(low) + 1n).toString(2).length - 1);
}
