import { type Family, isWithin, parseIp, prefixRange } from '../rules/addresses.ts';
import type { Packet } from '../rules/packet.ts';
import type { IpPolicy, Snapshot } from '../snapshot.ts';
import { type Route, routesIn } from './routes.ts';

const MAIN = new Set(['main', '254']);
const ALWAYS = new Set(['local', '255', 'default', '253', ...MAIN]);

/**
 * Finds, for a packet, the rule of the routing policy that may send it another way than the main table does, as VPNs set them
 * (ip-rule(8)). Rules are asked in the order of their priority until a table has a route; what a rule asks for that is not known
 * here may hold.
 */
export function readPolicies(
  snapshot: Snapshot,
  family: Family,
  main: readonly Route[],
): (packet: Packet) => string | undefined {
  const policies = (family === 4 ? snapshot.policies4 : snapshot.policies6) ?? [];
  const sorted = policies.toSorted((one, other) => one.priority - other.priority);
  if (sorted.every(({ table, suppress_prefixlen: least }) => ALWAYS.has(table ?? '') && least === undefined))
    return () => undefined;
  const tables = new Map(
    sorted.map(({ table = '' }) => [table, routesIn(snapshot, family, (one) => one === table)] as const),
  );
  return (packet) => {
    const usual = main.find(({ range }) => isWithin(range, packet.dst));
    for (const policy of sorted) {
      const { table, suppress_prefixlen: least = -1 } = policy;
      if (!mayHold(policy, packet, family)) continue;
      if (MAIN.has(table ?? '')) {
        if (usual !== undefined && usual.bits > least) return undefined;
      } else if (table === undefined) return wordsOf(policy);
      else if (!ALWAYS.has(table)) {
        const route = tables.get(table)?.find(({ range }) => isWithin(range, packet.dst));
        if (route !== undefined && route.bits > least && !isSameWay(route, usual)) return wordsOf(policy);
      }
    }
    return undefined;
  };
}

function isSameWay(one: Route, other: Route | undefined): boolean {
  return other !== undefined && one.device === other.device && one.kind === other.kind;
}

function mayHold(policy: IpPolicy, packet: Packet, family: Family): boolean {
  if ('not' in policy) return true;
  const { src = 'all', srclen, dst = 'all', dstlen, iif, fwmark, fwmask } = policy;
  return (
    isOf(src, srclen, packet.src, family) &&
    isOf(dst, dstlen, packet.dst, family) &&
    (iif === undefined || iif === (packet.in === '' ? 'lo' : packet.in)) &&
    (fwmark === undefined || packet.mark === undefined || isMarked(packet.mark, Number(fwmark), Number(fwmask ?? -1)))
  );
}

function isMarked(mark: number, wanted: number, mask: number): boolean {
  return (mark & mask) >>> 0 === (wanted & mask) >>> 0;
}

function isOf(prefix: string, length: number | undefined, ip: Packet['src'], family: Family): boolean {
  if (prefix === 'all') return true;
  const parsed = parseIp(prefix);
  if (parsed?.family !== family) return true;
  return isWithin(prefixRange(family, parsed.ip, length ?? (family === 4 ? 32 : 128)), ip);
}

/** As one would give it to `ip rule`. */
function wordsOf(policy: IpPolicy): string {
  const { src = 'all', srclen, dst, dstlen, iif, fwmark, fwmask, table } = policy;
  const prefix = (address: string, length: number | undefined) =>
    length === undefined ? address : `${address}/${length}`;
  return [
    ...('not' in policy ? ['not'] : []),
    `from ${prefix(src, srclen)}`,
    ...(dst === undefined ? [] : [`to ${prefix(dst, dstlen)}`]),
    ...(iif === undefined ? [] : [`iif ${iif}`]),
    ...(fwmark === undefined ? [] : [`fwmark ${fwmark}${fwmask === undefined ? '' : `/${fwmask}`}`]),
    table === undefined ? 'ends the way' : `lookup ${table}`,
  ].join(' ');
}
