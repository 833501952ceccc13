/** Stretches `[from, to)` of a file, kept sorted, apart and merged. */
export class Ranges {
  #list: { from: number; to: number }[] = [];

  get isEmpty(): boolean {
    return this.#list.length === 0;
  }

  /** How many bytes they cover. */
  get bytes(): number {
    let sum = 0;
    for (const { from, to } of this.#list) sum += to - from;
    return sum;
  }

  add(from: number, to: number): void {
    if (to <= from) return;
    const last = this.#list.at(-1);
    if (last === undefined || from > last.to) {
      this.#list.push({ from, to });
      return;
    }
    const kept: { from: number; to: number }[] = [];
    let merged = { from, to };
    for (const one of this.#list) {
      if (one.to < merged.from || one.from > merged.to) kept.push(one);
      else merged = { from: Math.min(one.from, merged.from), to: Math.max(one.to, merged.to) };
    }
    kept.push(merged);
    this.#list = kept.sort((a, b) => a.from - b.from);
  }

  remove(from: number, to: number): void {
    if (to <= from) return;
    this.#list = this.#list.flatMap((one) => {
      if (one.to <= from || one.from >= to) return [one];
      const rest: { from: number; to: number }[] = [];
      if (one.from < from) rest.push({ from: one.from, to: from });
      if (one.to > to) rest.push({ from: to, to: one.to });
      return rest;
    });
  }

  has(offset: number): boolean {
    return this.#list.some((one) => one.from <= offset && offset < one.to);
  }

  /** The first stretch of these that none of `others` covers. */
  firstOutside(others: Ranges): { from: number; to: number } | undefined {
    for (const { from, to } of this.#list) {
      let start = from;
      for (const other of others.#list) {
        if (other.to <= start) continue;
        if (other.from >= to) break;
        if (other.from > start) return { from: start, to: other.from };
        start = other.to;
      }
      if (start < to) return { from: start, to };
    }
    return undefined;
  }
}
