import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '../../model/time.ts';
import { FRAME_HEADER_BYTES, type Frame, frameHeader } from './frame.ts';
import type { Segment } from './segment.ts';
import type { Shelf } from './shelf.ts';

/** A frame that is durable, and where. */
export interface Committed extends Frame {
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
}

/** The writing end of the spool. One append at a time. */
export interface Journal {
  /** Resolves once all frames are durable. Rejects having kept none: what was half-written is cut off again. */
  append(frames: readonly Frame[]): Promise<Committed[]>;
  /** The next append begins a new segment. */
  seal(): Promise<void>;
}

export function openJournal(folder: string, shelf: Shelf, segmentBytes: number, clock: Clock): Journal {
  let active: { segment: Segment; handle: FileHandle } | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** Appending and sealing take turns. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = turn.then(act);
    turn = done.catch(() => {});
    return done;
  }

  async function begin(): Promise<{ segment: Segment; handle: FileHandle }> {
    const segment = shelf.add();
    try {
      const handle = await open(segment.path, 'wx', 0o640);
      await using directory = await open(folder, 'r');
      await directory.sync();
      return { segment, handle };
    } catch (error) {
      await shelf.remove(segment).catch(() => {});
      throw error;
    }
  }

  async function seal(): Promise<void> {
    const ended = active;
    active = undefined;
    if (ended === undefined) return;
    ended.segment.sealed = true;
    await ended.handle.close();
  }

  /** After a failed write or fsync nobody knows what the kernel still holds, so this file is not appended to again. */
  async function giveUp(failed: { segment: Segment; handle: FileHandle }): Promise<void> {
    active = undefined;
    failed.segment.sealed = true;
    await failed.handle.truncate(failed.segment.size).catch(() => {});
    await failed.handle.close().catch(() => {});
    if (failed.segment.size === 0) await shelf.remove(failed.segment).catch(() => {});
  }

  async function append(frames: readonly Frame[]): Promise<Committed[]> {
    if (active !== undefined && active.segment.size >= segmentBytes) await seal();
    active ??= await begin();
    const { segment, handle } = active;
    const bytes = Buffer.concat(frames.flatMap((frame) => [frameHeader(frame), frame.payload]));
    try {
      await writeAll(handle, bytes, segment.size);
      await handle.datasync();
    } catch (error) {
      await giveUp(active);
      throw error;
    }
    segment.writtenAt = clock.steady();
    return frames.map((frame) => {
      const from = segment.size;
      segment.size += FRAME_HEADER_BYTES + frame.payload.length;
      segment.unsent.add(from, segment.size);
      return { ...frame, segment, from, to: segment.size };
    });
  }

  return { append: (frames) => inTurn(() => append(frames)), seal: () => inTurn(seal) };
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
