import { randomInt } from 'node:crypto';
import { BlockList, isIP } from 'node:net';

/** Ranges that no machine of the world has, RFC 5737: a stranger's address must look like nobody's, least of all like a neighbour's. */
const POOLS = ['203.0.113.', '198.51.100.', '192.0.2.'];
/** The space of carriers, RFC 6598, where those are in use. */
const CARRIERS = { first: 64, count: 64 };
/** VPNs lead half or a quarter of the world into their tunnel and mean none of these. */
const WHOLE_WORLD_BITS = 7;
const TRIES = 2_000;

/** The two ends of a veth pair: `mine` on this machine, `theirs` in the namespace. */
export interface Pair {
  readonly mine: string;
  readonly theirs: string;
  readonly bits: number;
}

/** A /30 that overlaps none of the prefixes that are in use, as `ip route` writes them; undefined when none is free. */
export function freePair4(inUse: readonly string[], random: (below: number) => number = randomInt): Pair | undefined {
  const taken = overlapsAny(inUse, 4);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const first = 4 * random(64);
    const pool =
      attempt < TRIES / 2
        ? POOLS[random(POOLS.length)]
        : `100.${CARRIERS.first + random(CARRIERS.count)}.${random(256)}.`;
    const at = (last: number) => `${pool}${first + last}`;
    if (!taken(at(0), 30)) return { mine: at(1), theirs: at(2), bits: 30 };
  }
  return undefined;
}

/** A /64 of a random unique local prefix, RFC 4193 section 3.2, that overlaps none in use; undefined when none is free. */
export function freePair6(inUse: readonly string[], random: (below: number) => number = randomInt): Pair | undefined {
  const taken = overlapsAny(inUse, 6);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const group = () => random(0x10000).toString(16);
    const prefix = `fd${random(256).toString(16).padStart(2, '0')}:${group()}:${group()}`;
    const pair = { mine: `${prefix}::1`, theirs: `${prefix}::2`, bits: 64 };
    if (!taken(`${prefix}::`, 64)) return pair;
  }
  return undefined;
}

/** Answers whether a prefix overlaps one of those in use: one of the two then holds the other's first address. */
function overlapsAny(inUse: readonly string[], family: 4 | 6): (first: string, bits: number) => boolean {
  const type = `ipv${family}` as const;
  const prefixes = inUse
    .map((text) => text.split('/'))
    .filter(([first = '']) => isIP(first) === family)
    .map(([first = '', bits]) => ({ first, bits: Number(bits ?? (family === 4 ? 32 : 128)) }))
    .filter(({ bits }) => bits > WHOLE_WORLD_BITS);
  const taken = new BlockList();
  for (const { first, bits } of prefixes) taken.addSubnet(first, bits, type);
  return (first, bits) => {
    const wanted = new BlockList();
    wanted.addSubnet(first, bits, type);
    return taken.check(first, type) || prefixes.some((one) => wanted.check(one.first, type));
  };
}
