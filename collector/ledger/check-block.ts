import type { Verdict } from '../../model/finding.ts';
import { DAY, type Instant } from '../../model/time.ts';
import { ByteReader, ByteWriter } from './varint.ts';

/**
 * The checks of one series, packed: a header with the interval, then two bytes a check: its latency code; and two bits
 * of verdict with six bits that say how far it was from the check before plus the interval, in steps of 32 ms. The last
 * of those 64 values is an escape: the exact distance from the check before follows. Distances count from the decoded
 * instant, so rounding never adds up: every instant is right within 16 ms.
 */
const STEP_MS = 32;
const REACH = 31;
const ESCAPE = 63;

/** As many bytes as fill one page of the database. */
export const BLOCK_BYTES = 4_030;

/** No block spans more, so a reader knows how far back a block that matters can begin. */
export const BLOCK_SPAN_MS = DAY;

const VERDICTS: readonly Verdict[] = ['up', 'degraded', 'down', 'unknown'];

/** One check as the ledger handles it inside: small whole numbers. */
export interface PackedMark {
  readonly at: Instant;
  /** 0 up, 1 degraded, 2 down, 3 unknown. */
  readonly verdict: number;
  /** See model/latency.ts. */
  readonly latency: number;
  readonly everyMs: number;
}

/** Told of a check: its instant, verdict and latency code. */
export type EachMark = (at: Instant, verdict: number, latency: number) => void;

export function verdictCode(verdict: Verdict): number {
  return VERDICTS.indexOf(verdict);
}

export function verdictOf(code: number): Verdict {
  return VERDICTS[code] ?? 'unknown';
}

/** A block that is being filled. */
export interface OpenBlock {
  readonly start: Instant;
  readonly length: number;
  /** Adds a check, or answers false when it belongs into a block of its own: this one is full, or the interval changed. */
  add(mark: PackedMark): boolean;
  bytes(): Uint8Array;
}

/** Begins a block with its first check, or goes on with the bytes of one. */
export function openBlock(first: PackedMark): OpenBlock;
export function openBlock(start: Instant, bytes: Uint8Array): OpenBlock;
export function openBlock(begin: PackedMark | Instant, bytes?: Uint8Array): OpenBlock {
  const writer = new ByteWriter(BLOCK_BYTES);
  const start = typeof begin === 'number' ? begin : Math.round(begin.at);
  let everyMs = typeof begin === 'number' ? 0 : Math.round(begin.everyMs);
  let last = start;
  if (bytes !== undefined) {
    writer.append(bytes);
    everyMs = new ByteReader(bytes).varint();
    readBlock(start, bytes, (at) => {
      last = at;
    });
  } else {
    writer.varint(everyMs);
    last = start - everyMs;
  }
  const block = {
    start,
    get length() {
      return writer.length;
    },
    add(mark: PackedMark): boolean {
      const at = Math.round(mark.at);
      const fits = writer.length + 12 <= BLOCK_BYTES && at - start < BLOCK_SPAN_MS && at >= start;
      if (!fits || Math.round(mark.everyMs) !== everyMs) return false;
      const steps = Math.round((at - last - everyMs) / STEP_MS);
      writer.byte(mark.latency);
      if (Math.abs(steps) <= REACH) {
        writer.byte((mark.verdict << 6) | (steps + REACH));
        last += everyMs + steps * STEP_MS;
      } else {
        writer.byte((mark.verdict << 6) | ESCAPE);
        writer.signed(at - last);
        last = at;
      }
      return true;
    },
    bytes: () => writer.bytes(),
  };
  if (typeof begin !== 'number') block.add(begin);
  return block;
}

/** Calls back for every check of a block in `[from, to)`, in the order they were made; stops at damaged bytes. */
export function readBlock(
  start: Instant,
  bytes: Uint8Array,
  each: EachMark,
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
): void {
  const reader = new ByteReader(bytes);
  const everyMs = reader.varint();
  let at = start - everyMs;
  // A page reads a hundred thousand checks: the two bytes are taken by hand.
  let position = reader.position;
  while (position + 1 < bytes.length) {
    const latency = bytes[position] ?? 0;
    const packed = bytes[position + 1] ?? 0;
    position += 2;
    const steps = packed & 0x3f;
    if (steps === ESCAPE) {
      reader.position = position;
      at += reader.signed();
      if (reader.broken) return;
      position = reader.position;
    } else at += everyMs + (steps - REACH) * STEP_MS;
    if (at >= from && at < to) each(at, packed >> 6, latency);
  }
}
