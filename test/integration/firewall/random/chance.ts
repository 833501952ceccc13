/** Choices that a seed settles: the same seed makes the same ones in the same order. */
export interface Chance {
  /** A whole number from 0 to one less than `count`. */
  below(count: number): number;
  /** True in so many of a hundred. */
  percent(share: number): boolean;
  pick<T>(all: readonly T[]): T;
  /** From `least` to `most` of them, each at most once. */
  some<T>(all: readonly T[], least: number, most: number): readonly T[];
}

/** Mulberry32: small, and good enough to choose rules with. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  const pick = <T>(all: readonly T[]): T => {
    const found = all[below(all.length)];
    if (found === undefined) throw new Error('there is nothing to choose from');
    return found;
  };
  return {
    below,
    pick,
    percent: (share) => below(100) < share,
    some(all, least, most) {
      const left = [...all];
      const wanted = least + below(most - least + 1);
      return Array.from({ length: Math.min(wanted, all.length) }, () => left.splice(below(left.length), 1)).flat();
    },
  };
}
