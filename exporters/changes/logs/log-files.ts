import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Instant } from '../../../model/time.ts';

/** A log, or what rotation has made of it. */
export interface LogFile {
  readonly path: string;
  readonly inode: number;
  /** Bytes on disk. */
  readonly size: number;
  readonly modified: Instant;
  readonly isLive: boolean;
}

/** So many bytes at the beginning tell one log from another. */
const HEAD_BYTES = 512;
/** Lines that are read in one turn of the loop. */
const CHUNK_BYTES = 32 * 1024;
/** A number as large is a date: logrotate's `dateext`. */
const EARLIEST_DATE = 19_700_101;
/** Rotated files that are looked at. */
const MOST_FILES = 200;

/** The log at `path` and its rotated files, the oldest first: `dpkg.log.2.gz`, `dpkg.log-20261101`, `dpkg.log.1`, `dpkg.log`. Rejects when the folder is there and cannot be listed. */
export async function logFiles(path: string): Promise<LogFile[]> {
  const folder = dirname(path);
  const base = basename(path);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const rotated = names.filter(
    (name) => name.startsWith(base) && /^[.-]\d+(\.\d+)?(\.gz|\.zst)?$/.test(name.slice(base.length)),
  );
  const found = await Promise.all(
    [base, ...rotated.slice(0, MOST_FILES)].map((name) => described(join(folder, name), name === base)),
  );
  return found
    .filter((one) => one !== undefined)
    .sort((a, b) => Number(a.isLive) - Number(b.isLive) || ageOf(b, base) - ageOf(a, base) || a.modified - b.modified);
}

/** More is older: the number of `.2.gz`, or the date of `-20261101` turned around; nothing but these two is comparable by it. */
function ageOf({ path, isLive }: LogFile, base: string): number {
  const number = Number(/^[.-](\d+)/.exec(basename(path).slice(base.length))?.[1] ?? 0);
  return isLive || number < EARLIEST_DATE ? number : -number;
}

async function described(path: string, isLive: boolean): Promise<LogFile | undefined> {
  const found = await lstat(path).catch(() => undefined);
  // A link may lead anywhere, a pipe may hang.
  if (!found?.isFile()) return undefined;
  return { path, inode: found.ino, size: found.size, modified: found.mtimeMs, isLive };
}

/** The bytes of a log from `offset` on, unpacked where it is packed; destroyed when the signal is aborted. */
export function readLog({ path }: LogFile, offset: number, signal: AbortSignal): AsyncIterable<Buffer> {
  const unpack = path.endsWith('.gz') ? createGunzip() : path.endsWith('.zst') ? createZstdDecompress() : undefined;
  if (unpack === undefined) return createReadStream(path, { start: offset, signal, highWaterMark: CHUNK_BYTES });
  const packed = createReadStream(path, { signal });
  packed.once('error', (error) => unpack.destroy(error));
  return without(packed.pipe(unpack), offset, packed);
}

async function* without(unpacked: Readable, offset: number, packed: Readable): AsyncGenerator<Buffer> {
  let skip = offset;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      if (skip < chunk.length) yield chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.length);
    }
  } finally {
    packed.destroy();
  }
}

/** A fingerprint of a log's first bytes, at most `bytes` of them; undefined when it has fewer. */
export async function headOf(
  file: LogFile,
  bytes: number,
  signal: AbortSignal,
): Promise<{ readonly hash: string; readonly bytes: number } | undefined> {
  const wanted = Math.min(bytes, HEAD_BYTES);
  let head = Buffer.alloc(0);
  if (/\.(gz|zst)$/.test(file.path)) {
    for await (const chunk of readLog(file, 0, signal)) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= wanted) break;
    }
  } else {
    await using handle = await open(file.path, 'r');
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(wanted), 0, wanted, 0);
    head = buffer.subarray(0, bytesRead);
  }
  if (head.length < wanted) return undefined;
  return { hash: createHash('sha256').update(head.subarray(0, wanted)).digest('hex').slice(0, 16), bytes: wanted };
}
