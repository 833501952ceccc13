import type { PackedMark } from './check-block.ts';
import { ByteReader, ByteWriter } from './varint.ts';

/** A check with the series it belongs to, by the series' number in the database. */
export interface RecentMark extends PackedMark {
  readonly series: number;
}

/** Packs what one flush brings, of all series together, in the order the checks came; `series` has the number of each one's series. */
export function packRecent(marks: readonly PackedMark[], series: readonly number[]): Uint8Array {
  const writer = new ByteWriter(marks.length * 12 + 16);
  let last = 0;
  marks.forEach((mark, index) => {
    const at = Math.round(mark.at);
    writer.varint(series[index] ?? 0);
    writer.byte(mark.latency);
    writer.byte(mark.verdict);
    writer.signed(at - last);
    writer.varint(Math.round(mark.everyMs));
    last = at;
  });
  return writer.bytes();
}

/** The opposite of `packRecent`; stops at damaged bytes. */
export function readRecent(bytes: Uint8Array, each: (mark: RecentMark) => void): void {
  const reader = new ByteReader(bytes);
  let at = 0;
  while (reader.more) {
    const series = reader.varint();
    const latency = reader.byte();
    const verdict = reader.byte() & 3;
    at += reader.signed();
    const everyMs = reader.varint();
    if (reader.broken) return;
    each({ series, at, verdict, latency, everyMs });
  }
}
