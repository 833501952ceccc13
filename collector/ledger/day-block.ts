import { LATENCY_CODES, type LatencyHistogram } from '../../model/latency.ts';
import type { DayRecord } from '../../model/ledger.ts';
import { DAY, type Instant } from '../../model/time.ts';
import type { Account, CheckCount } from '../../model/timeline.ts';
import { ByteReader, ByteWriter } from './varint.ts';

/** So many days of a monitor share a row: a page reads a quarter of a year of a hundred monitors at once. */
const BLOCK_DAYS = 16;

/** The start of the block that holds a day. */
export function dayBlockOf(day: Instant): Instant {
  return Math.floor(day / (BLOCK_DAYS * DAY)) * BLOCK_DAYS * DAY;
}

/**
 * The form of a block is its first byte. One that begins with the place of its first day, below sixteen, is of the first form, which
 * had neither maintenance nor counts.
 */
const SECOND_FORM = 0x82;

/** Packs whole days of one block: for each its place in the block, the account, the counts, and the histogram's used codes. */
export function packDays(start: Instant, days: Iterable<DayRecord>): Uint8Array {
  const writer = new ByteWriter(1_024);
  writer.byte(SECOND_FORM);
  for (const { day, account, latency, checks, failed } of days) {
    writer.byte((day - start) / DAY);
    for (const book of [account.up, account.degraded, account.down, account.unreachable, account.maintenance])
      writer.varint(book);
    writer.varint(checks);
    writer.varint(failed);
    const packed = packHistogram(latency);
    writer.varint(packed.length);
    writer.append(packed);
  }
  return writer.bytes();
}

/** The opposite of `packDays`; nothing of a block in a form that is not known. Histograms are unpacked when they are asked for: most readers want one or none. */
export function readDays(start: Instant, bytes: Uint8Array): DayRecord[] {
  const reader = new ByteReader(bytes);
  const days: DayRecord[] = [];
  const isFirstForm = (bytes[0] ?? 0) < BLOCK_DAYS;
  if (!isFirstForm && reader.byte() !== SECOND_FORM) return days;
  while (reader.more) {
    const day = start + reader.byte() * DAY;
    const up = reader.varint();
    const degraded = reader.varint();
    const down = reader.varint();
    const unreachable = reader.varint();
    const maintenance = isFirstForm ? 0 : reader.varint();
    const count = isFirstForm ? NOT_COUNTED : { checks: reader.varint(), failed: reader.varint() };
    const length = reader.varint();
    const unknown = DAY - up - degraded - down - unreachable - maintenance;
    if (reader.broken || unknown < 0) break;
    const account = { up, degraded, down, unknown, unreachable, maintenance };
    days.push(new BookedDay(day, account, count, bytes, reader.position, length));
    reader.position += length;
  }
  return days;
}

const NOT_COUNTED: CheckCount = { checks: 0, failed: 0 };

/** A day as it was booked. A page reads nine thousand of them, so no more is made of each than somebody asks for. */
class BookedDay implements DayRecord {
  readonly day: Instant;
  readonly account: Account;
  readonly checks: number;
  readonly failed: number;
  readonly #bytes: Uint8Array;
  readonly #from: number;
  readonly #length: number;

  constructor(day: Instant, account: Account, count: CheckCount, bytes: Uint8Array, from: number, length: number) {
    this.day = day;
    this.account = account;
    this.checks = count.checks;
    this.failed = count.failed;
    this.#bytes = bytes;
    this.#from = from;
    this.#length = length;
  }

  get latency(): LatencyHistogram {
    return readHistogram(this.#bytes.subarray(this.#from, this.#from + this.#length));
  }
}

function packHistogram(histogram: LatencyHistogram): Uint8Array {
  const writer = new ByteWriter(128);
  let last = 0;
  for (let code = 1; code < LATENCY_CODES; code++) {
    const count = histogram[code] ?? 0;
    if (count === 0) continue;
    writer.varint(code - last);
    writer.varint(count);
    last = code;
  }
  return writer.bytes();
}

function readHistogram(packed: Uint8Array): LatencyHistogram {
  const histogram: number[] = new Array(LATENCY_CODES).fill(0);
  const reader = new ByteReader(packed);
  for (let code = 0; reader.more; ) {
    code += reader.varint();
    const count = reader.varint();
    if (reader.broken || code >= LATENCY_CODES) break;
    histogram[code] = count;
  }
  return histogram;
}
