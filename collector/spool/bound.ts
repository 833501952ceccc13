import { sample } from '../../model/metric.ts';
import { storage } from '../../model/metrics/storage.ts';
import { type Sample, SinkRefused } from '../../model/sample.ts';
import { type Clock, MINUTE, spanInWords } from '../../model/time.ts';
import type { Segment } from './segment.ts';
import { countUnsent, type Shelf } from './shelf.ts';
import type { Troubles } from './troubles.ts';

/** The operator's bound in bytes and age: the only thing that drops what was taken. */
export interface Bound {
  /** Throws `SinkRefused` when the spool is nearly full. */
  check(): void;
  /** Drops the oldest segments while the bound is passed. Never rejects. */
  enforce(): Promise<void>;
  samples(): Sample[];
  close(): void;
}

export interface BoundOptions {
  readonly clock: Clock;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly shelf: Shelf;
  readonly troubles: Troubles;
  readonly countDropped: (reason: string, samples: number) => void;
}

const NEARLY = 0.9;
/** The notice is taken back only well below, or a spool at the edge would give it again and again. */
const RELIEVED = 0.8;

export function openBound({ clock, maxBytes, maxAgeMs, shelf, troubles, countDropped }: BoundOptions): Bound {
  let callOff = clock.after(MINUTE, watch);

  const ageOf = (segment: Segment | undefined) => (segment === undefined ? 0 : clock.steady() - segment.writtenAt);
  const oldestUnsent = () => shelf.segments.find((one) => !one.unsent.isEmpty);
  const fullness = () => Math.max(shelf.bytes() / maxBytes, ageOf(oldestUnsent()) / maxAgeMs);

  function notice(): number {
    const full = fullness();
    if (full >= NEARLY) {
      const size = `${Math.round(shelf.bytes() / 1e6)} MB of ${Math.round(maxBytes / 1e6)} MB`;
      const age = `${spanInWords(ageOf(oldestUnsent()))} of ${spanInWords(maxAgeMs)}`;
      troubles.begin(
        'full',
        `the spool is nearly full (${size}, oldest ${age}): pushes are refused, and soon the oldest samples are dropped`,
      );
    } else if (full < RELIEVED) troubles.end('full', 'the spool has room again: pushes are taken');
    return full;
  }

  async function drop(segment: Segment, reason: string): Promise<void> {
    const lost = segment.unsent.isEmpty ? 0 : await countUnsent(segment).catch(() => 0);
    await shelf
      .remove(segment)
      .catch((error) => troubles.begin(`unlink ${segment.id}`, `${segment.path} can't be removed: ${error.message}`));
    if (lost === 0) return;
    countDropped(reason, lost);
    troubles.begin('drop', `the spool has passed its bound: the oldest samples are dropped, ${lost} for a start`);
  }

  async function enforce(): Promise<void> {
    while (shelf.bytes() > maxBytes && shelf.segments[0]?.sealed) await drop(shelf.segments[0], 'size');
    while (shelf.segments[0]?.sealed && ageOf(shelf.segments[0]) > maxAgeMs) await drop(shelf.segments[0], 'age');
    if (notice() < RELIEVED) troubles.end('drop', 'the spool no longer drops samples');
  }

  function watch(): void {
    callOff = clock.after(MINUTE, watch);
    void enforce();
  }

  return {
    enforce,
    check() {
      if (notice() >= NEARLY)
        throw new SinkRefused('the spool is nearly full, as VictoriaMetrics does not take what is in it');
    },
    samples: () => [
      sample(storage.bytes, shelf.bytes()),
      sample(
        storage.unsentBytes,
        shelf.segments.reduce((sum, one) => sum + one.unsent.bytes, 0),
      ),
      sample(storage.oldest, ageOf(oldestUnsent()) / 1000),
      sample(storage.fullness, fullness()),
    ],
    close: () => callOff(),
  };
}
