import type { PageFamily } from './page-families.ts';

/** A family that can stand as a whole, and all names that are then its own. */
interface Whole<Written> {
  readonly whole: Written;
  readonly names: readonly string[];
}

/**
 * Each family as a whole where it can be and no other has one of its names, else in pieces: its samples by their names, which are always
 * its own.
 */
export function* inOnePiece<Written>(
  families: readonly PageFamily[],
  asWhole: (family: PageFamily) => Whole<Written> | undefined,
  asPiece: (piece: Omit<PageFamily, 'type'>) => Written,
): Generator<Written> {
  const owners = new Map<string, PageFamily>();
  for (const family of families) for (const { name } of family.samples) owners.set(name, family);
  const taken = new Set<string>();
  for (const family of families) {
    const one = asWhole(family);
    if (one?.names.every((name) => !taken.has(name) && (owners.get(name) ?? family) === family)) {
      for (const name of one.names) taken.add(name);
      yield one.whole;
      continue;
    }
    for (const [name, samples] of Map.groupBy(family.samples, (sample) => sample.name))
      yield asPiece({ name, help: family.help, samples });
  }
}
