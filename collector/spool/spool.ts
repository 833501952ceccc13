import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sample } from '../../model/metric.ts';
import { storage } from '../../model/metrics/storage.ts';
import type { Sample, SampleSink } from '../../model/sample.ts';
import { type Clock, DAY } from '../../model/time.ts';
import { openBound } from './bound.ts';
import { openCommits } from './commits.ts';
import { createDoor } from './door.ts';
import { type Committed, openJournal } from './journal.ts';
import { openShelf, type Shelf } from './shelf.ts';
import { watchTroubles } from './troubles.ts';

export interface SpoolOptions {
  readonly clock: Clock;
  /** The bound on disk; the oldest is dropped beyond it, pushes are refused from 90 % on. */
  readonly maxBytes: number;
  /** What could not be sent for this long is dropped. */
  readonly maxAgeMs: number;
  /** How far back VictoriaMetrics keeps; 13 months when not given. */
  readonly retentionMs?: number;
  /** Told in one sentence what is wrong, once, and when it is over. */
  readonly onTrouble: (message: string) => void;
}

/** Samples on disk until VictoriaMetrics has surely stored them. */
export interface Spool extends SampleSink {
  readonly folder: string;
  readonly shelf: Shelf;
  /** Calls back with every frame that became durable; the returned function ends it. */
  onCommit(listener: (frame: Committed) => void): () => void;
  /** The next commit begins a new segment. */
  seal(): Promise<void>;
  /** Counts samples that were given up, by reason. */
  countDropped(reason: string, samples: number): void;
  countRotten(bytes: number): void;
  /** What the spool says of itself. */
  samples(): Sample[];
  /** What keeps it from taking what comes, in words: it is nearly full, drops samples, or cannot be written. */
  problems(): readonly string[];
  /** Writes what is buffered and closes. */
  close(): Promise<void>;
}

const SEGMENT_BYTES = 8 << 20;
const RETENTION_MS = 396 * DAY;

/** Opens the spool in `folder`, made when missing. Rejects when the folder can't be used. One process at a time. */
export async function openSpool(folder: string, options: SpoolOptions): Promise<Spool> {
  const { clock, maxBytes, retentionMs = RETENTION_MS, onTrouble } = options;
  const segments = join(folder, 'segments');
  await mkdir(segments, { recursive: true, mode: 0o750 });
  const shelf = await openShelf(segments, clock, onTrouble);
  const dropped = new Map<string, number>();
  const countDropped = (reason: string, samples: number) =>
    void dropped.set(reason, (dropped.get(reason) ?? 0) + samples);
  let rotten = 0;
  const listeners = new Set<(frame: Committed) => void>();
  const troubles = watchTroubles(onTrouble);
  const door = createDoor({ clock, retentionMs, onTrouble });
  const journal = openJournal(segments, shelf, Math.min(SEGMENT_BYTES, Math.ceil(maxBytes / 16)), clock);
  const bound = openBound({ ...options, shelf, troubles, countDropped });
  const commits = openCommits({
    clock,
    journal,
    bound,
    troubles,
    countDropped,
    onCommitted: (frames) => {
      for (const frame of frames) for (const listener of listeners) listener(frame);
    },
  });

  return {
    folder,
    shelf,
    offer: (samples, identity, at) => commits.offer(door.admit(samples, identity, at)),
    end(samples, identity, at) {
      const markers = samples.map(({ name, labels }) => ({ name, labels, value: Number.NaN }));
      commits.offer(door.admit(markers, identity, at));
    },
    keep: async (samples, identity, at) => {
      bound.check();
      await commits.keep(door.admit(samples, identity, at));
    },
    onCommit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    seal: commits.seal,
    countDropped,
    countRotten(bytes) {
      rotten += bytes;
    },
    samples: () => [
      sample(storage.taken, commits.taken()),
      sample(storage.commits, commits.commits()),
      sample(storage.rotten, rotten),
      ...bound.samples(),
      ...[...door.refused].map(([reason, count]) => sample(storage.refused, count, { reason })),
      ...[...dropped].map(([reason, count]) => sample(storage.dropped, count, { reason })),
    ],
    problems: troubles.problems,
    async close() {
      bound.close();
      await commits.close();
    },
  };
}
