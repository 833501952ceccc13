import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from '../../model/errors.ts';
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

/** A segment that is being written, and by what its file is known again. */
interface Active {
  readonly segment: Segment;
  readonly handle: FileHandle;
  readonly inode: number;
}

export function openJournal(folder: string, shelf: Shelf, segmentBytes: number, clock: Clock): Journal {
  let active: Active | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** Appending and sealing take turns. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = turn.then(act);
    turn = done.catch(() => {});
    return done;
  }

  async function begin(): Promise<Active> {
    const segment = shelf.add();
    try {
      const handle = await makeFile(segment.path);
      await using directory = await open(folder, 'r');
      await directory.sync();
      return { segment, handle, inode: (await handle.stat()).ino };
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
  async function giveUp(failed: Active): Promise<void> {
    active = undefined;
    failed.segment.sealed = true;
    await failed.handle.truncate(failed.segment.size).catch(() => {});
    await failed.handle.close().catch(() => {});
    if (failed.segment.size === 0) await shelf.remove(failed.segment).catch(() => {});
  }

  async function append(frames: readonly Frame[]): Promise<Committed[]> {
    if (active !== undefined && active.segment.size >= segmentBytes) await seal();
    active ??= await begin();
    const { segment, handle, inode } = active;
    const bytes = Buffer.concat(frames.flatMap((frame) => [frameHeader(frame), frame.payload]));
    try {
      await writeAll(handle, bytes, segment.size);
      await handle.datasync();
      await stillThere(segment.path, inode);
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

/** Makes a segment's file, and its folders where somebody removed them; not the state directory, of which more is gone then. */
async function makeFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o640);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    for (const folder of [dirname(dirname(path)), dirname(path)])
      await mkdir(folder, { mode: 0o750 }).catch((failed: unknown) => {
        if (!hasCode(failed, 'EEXIST')) throw failed;
      });
    return await open(path, 'wx', 0o640);
  }
}

/** What was written into a file without a name is lost with it: fdatasync(2) succeeds all the same. */
async function stillThere(path: string, inode: number): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  });
  if (found?.ino !== inode) throw new Error(`${path} was removed while it was written`);
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
