import { open, readdir, stat, truncate, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../model/time.ts';
import type { Frame } from './frame.ts';
import { scanFrames } from './scan.ts';
import { newSegment, type Segment, segmentId, segmentName } from './segment.ts';

/** What reading a stretch of a segment gave: frames as they lie on disk, and the rot that was skipped. */
export interface Portion {
  readonly frames: readonly Frame[];
  readonly from: number;
  readonly to: number;
  readonly rottenBytes: number;
}

/** The segments on disk, oldest first. */
export interface Shelf {
  readonly segments: readonly Segment[];
  bytes(): number;
  /** Puts a new, empty segment at the end; its file is the journal's to make. */
  add(): Segment;
  /** Takes a segment away for good. */
  remove(segment: Segment): Promise<void>;
  /** Reads whole frames from `from` on: at least one, and about `maxBytes`. */
  read(segment: Segment, from: number, to: number, maxBytes: number): Promise<Portion>;
}

/** Opens the folder of segments; the half-written tail that a crash leaves on the newest is cut off, and said. */
export async function openShelf(folder: string, clock: Clock, say: (message: string) => void): Promise<Shelf> {
  const segments: Segment[] = [];
  const age = (writtenAt: number) => Math.max(0, clock.now() - writtenAt);
  const names = (await readdir(folder)).filter((name) => segmentId(name) !== undefined).sort();
  for (const [index, name] of names.entries()) {
    const path = join(folder, name);
    if (index === names.length - 1) await cutTail(path, say);
    const { size, mtimeMs } = await stat(path);
    if (size === 0) await unlink(path);
    else
      segments.push(
        newSegment(segmentId(name) ?? 0, path, size, clock.steady() - age(mtimeMs), clock.monotonic(), true),
      );
  }
  let nextId = (segmentId(names.at(-1) ?? '') ?? 0) + 1;
  return {
    segments,
    bytes: () => segments.reduce((sum, one) => sum + one.size, 0),
    add() {
      const id = nextId++;
      const segment = newSegment(id, join(folder, segmentName(id)), 0, clock.steady(), clock.monotonic(), false);
      segments.push(segment);
      return segment;
    },
    async remove(segment) {
      segment.gone = true;
      const index = segments.indexOf(segment);
      if (index !== -1) segments.splice(index, 1);
      await unlink(segment.path).catch(ignoreMissing);
    },
    read: readPortion,
  };
}

async function readPortion(segment: Segment, from: number, to: number, maxBytes: number): Promise<Portion> {
  await using handle = await open(segment.path, 'r');
  const frames: Frame[] = [];
  let bytes = 0;
  let end = from;
  let rottenBytes = 0;
  for await (const found of scanFrames(handle, from, to)) {
    if (bytes > 0 && bytes + found.end - found.at > maxBytes) break;
    end = found.end;
    if (!found.sound) rottenBytes += found.end - found.at;
    else {
      frames.push(found);
      bytes += found.end - found.at;
    }
  }
  // A file that has become shorter than it was has lost what was there.
  if (end === from) return { frames, from, to, rottenBytes: to - from };
  return { frames, from, to: end, rottenBytes };
}

async function cutTail(path: string, say: (message: string) => void): Promise<void> {
  const { size } = await stat(path);
  let goodEnd = 0;
  {
    await using handle = await open(path, 'r');
    for await (const found of scanFrames(handle, 0, size)) if (found.sound) goodEnd = found.end;
  }
  if (goodEnd === size) return;
  await truncate(path, goodEnd);
  say(`${path}: the last ${size - goodEnd} bytes were half-written and never acknowledged; cut off`);
}

/** How many samples lie in those parts of a segment that were never sent. */
export async function countUnsent(segment: Segment): Promise<number> {
  await using handle = await open(segment.path, 'r');
  let count = 0;
  for await (const found of scanFrames(handle, 0, segment.size))
    if (found.sound && segment.unsent.has(found.at)) count += found.count;
  return count;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
