/** Remembers which series have been, by their hashes and by what the caller says of two that share one. */
export interface SeriesSet {
  /** The index under which the same series was added before; if there is none, it is added under `index`, and -1 is returned. */
  add(hash: number, index: number, isSame: (earlier: number) => boolean): number;
}

const FEWEST = 16;

/** An open hash table of two numbers an entry, which grows with what is in it. */
export function createSeriesSet(): SeriesSet {
  let size = FEWEST;
  let used = 0;
  let hashes = new Int32Array(size);
  let indexes = new Int32Array(size).fill(-1);

  function put(hash: number, index: number): void {
    let slot = spread(hash) & (size - 1);
    while (indexes[slot] !== -1) slot = (slot + 1) & (size - 1);
    hashes[slot] = hash;
    indexes[slot] = index;
  }

  function grow(): void {
    const before = { hashes, indexes };
    size *= 2;
    hashes = new Int32Array(size);
    indexes = new Int32Array(size).fill(-1);
    for (let slot = 0; slot < before.indexes.length; slot++) {
      const index = before.indexes[slot] as number;
      if (index !== -1) put(before.hashes[slot] as number, index);
    }
  }

  return {
    add(hash, index, isSame) {
      let slot = spread(hash) & (size - 1);
      for (let found = indexes[slot] as number; found !== -1; found = indexes[slot] as number) {
        if (hashes[slot] === hash && isSame(found)) return found;
        slot = (slot + 1) & (size - 1);
      }
      hashes[slot] = hash;
      indexes[slot] = index;
      if (++used * 2 > size) grow();
      return -1;
    },
  };
}

function spread(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return mixed ^ (mixed >>> 15);
}
