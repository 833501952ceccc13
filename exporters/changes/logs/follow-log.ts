import { messageOf } from '../../../model/errors.ts';
import { DAY, type Instant } from '../../../model/time.ts';
import { lineBatches } from './line-batches.ts';
import { headOf, type LogFile, logFiles, readLog } from './log-files.ts';

/** How far a log has been read. */
export interface LogPlace {
  readonly inode: number;
  /** Bytes read, whole lines. */
  readonly offset: number;
  /** A fingerprint of its first bytes, and of how many: it goes with the text when the log is rotated, copied or packed. */
  readonly head: string;
  readonly headBytes: number;
  /** When it had last been written, and its size then: while both stay, there is nothing new. */
  readonly modified: Instant;
  readonly size: number;
}

/** What one file may hold, unpacked. */
const MOST_BYTES = 512 * 1024 * 1024;

export interface Following {
  readonly path: string;
  /** How far it was read before; undefined at first. */
  readonly place: LogPlace | undefined;
  /** At first, files that were written last before this are left out. */
  readonly since: Instant;
  readonly take: (lines: readonly string[]) => void;
  readonly signal: AbortSignal;
  readonly onTrouble: (message: string) => void;
}

/**
 * Gives every line of a log and its rotated files that is new since `place`, in order. A log that was rotated, packed, truncated or deleted
 * meanwhile is read on where its text went. Answers the new place; undefined when there never was a log. A rotated file that cannot be read is
 * said and left out.
 */
export async function followLog(following: Following): Promise<LogPlace | undefined> {
  const { path, place, since, signal, onTrouble } = following;
  const files = await logFiles(path);
  const newest = files.at(-1);
  if (newest === undefined) return place;
  const parts =
    place === undefined
      ? files.filter((file) => file.isLive || file.modified >= since).map(whole)
      : await unread(files, place, signal);
  let reached = 0;
  for (const { file, offset } of parts) {
    try {
      reached = await readOn(file, offset, following);
    } catch (error) {
      signal.throwIfAborted();
      if (file.isLive) throw error;
      reached = 0;
      onTrouble(`${file.path} cannot be read: ${messageOf(error)}`);
    }
  }
  return parts.length === 0 && place !== undefined ? place : placeIn(newest, reached, signal);
}

/** Where it ended. */
async function readOn(file: LogFile, offset: number, { take, signal }: Following): Promise<number> {
  let end = offset;
  const options = { toEnd: !file.isLive, limit: MOST_BYTES };
  for await (const { lines, bytes } of lineBatches(readLog(file, offset, signal), options)) {
    signal.throwIfAborted();
    take(lines);
    end = offset + bytes;
  }
  return end;
}

const whole = (file: LogFile) => ({ file, offset: 0 });

/** What is left to read, by file, the oldest first; nothing when the log is as it was. */
async function unread(files: readonly LogFile[], place: LogPlace, signal: AbortSignal) {
  const newest = files.at(-1);
  if (newest?.inode === place.inode && newest.size === place.size && newest.modified === place.modified) return [];
  // The newest first: the live log is most often the one.
  for (let index = files.length - 1; index >= 0; index--) {
    const file = files[index];
    if (file === undefined || (!file.isLive && file.modified < place.modified - DAY)) continue;
    if (!(await isSame(file, place, signal))) continue;
    return [{ file, offset: place.offset }, ...files.slice(index + 1).map(whole)];
  }
  return files.filter((file) => file.isLive || file.modified > place.modified).map(whole);
}

async function isSame(file: LogFile, place: LogPlace, signal: AbortSignal): Promise<boolean> {
  const isPacked = /\.(gz|zst)$/.test(file.path);
  if (place.headBytes === 0) return file.inode === place.inode;
  if (!isPacked && file.size < place.offset) return false;
  const head = await headOf(file, place.headBytes, signal).catch(() => undefined);
  return head?.hash === place.head;
}

async function placeIn(newest: LogFile, offset: number, signal: AbortSignal): Promise<LogPlace> {
  const head = offset === 0 ? undefined : await headOf(newest, offset, signal).catch(() => undefined);
  return {
    inode: newest.inode,
    offset,
    head: head?.hash ?? '',
    headBytes: head?.bytes ?? 0,
    modified: newest.modified,
    size: newest.size,
  };
}
