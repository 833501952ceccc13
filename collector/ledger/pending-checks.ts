import type { PackedMark } from './check-block.ts';

/** The checks of one series that are in `recent` and in no block yet. */
export interface PendingChecks {
  /** The oldest row of `recent` they are in. */
  readonly firstRow: number;
  readonly count: number;
  add(mark: PackedMark): void;
  /** Takes the newest back: what they were written with was rolled back. */
  shrinkTo(count: number): void;
  each(callback: (mark: PackedMark) => void): void;
}

const FIELDS = 3;

/** Begins with a row of `recent`. Flat numbers: two thousand series have a hundred thousand checks waiting. */
export function pendingFrom(firstRow: number): PendingChecks {
  const numbers: number[] = [];
  return {
    firstRow,
    get count() {
      return numbers.length / FIELDS;
    },
    add({ at, verdict, latency, everyMs }) {
      numbers.push(at, (verdict << 8) | latency, everyMs);
    },
    shrinkTo(count) {
      numbers.length = count * FIELDS;
    },
    each(callback) {
      for (let index = 0; index < numbers.length; index += FIELDS) {
        const packed = numbers[index + 1] ?? 0;
        const at = numbers[index] ?? 0;
        callback({ at, verdict: packed >> 8, latency: packed & 0xff, everyMs: numbers[index + 2] ?? 0 });
      }
    },
  };
}
