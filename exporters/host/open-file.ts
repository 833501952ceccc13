import { close, closeSync, constants, open, openSync, read as readAt, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const PIECE = 8192;
const MOST_SPARE = 32;
/** What is longer than this is no file that the kernel writes for us. */
const LONGEST = 64 * 1024 * 1024;
/** A value of /sys fits into a page (kernel: Documentation/filesystems/sysfs.rst), so one read has it all. */
const VALUE = 4096;

/**
 * The kernel hands out the records of a file of /proc in pages, each filled up to the first record that does not fit (fs/seq_file.c). After a
 * piece shorter than this it would have to be one of half a page, which no file has that is read whole; to find the end costs a read.
 */
const LAST = 2048;

const spare: Buffer[] = [];

/** The value that a file of /sys holds, without the white space around it. */
export async function readValue(fd: number): Promise<string> {
  const piece = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE);
  const length = await readPiece(fd, piece, 0, VALUE);
  const text = piece.toString('utf8', 0, length).trim();
  giveBack(piece);
  return text;
}

/** The same of a file that is not open, at once, on this thread; undefined where it cannot be read. */
export function readValueNow(path: string): string | undefined {
  const piece = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE);
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return piece.toString('utf8', 0, readSync(fd, piece, 0, VALUE, 0)).trim();
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
    giveBack(piece);
  }
}

/** All of an open file, from its beginning: most of /proc give at most a page at a time, whatever room there is. */
export async function readWhole(fd: number): Promise<string> {
  const piece = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE);
  const decoder = new StringDecoder();
  let text = '';
  for (let at = 0; at < LONGEST; ) {
    const length = await readPiece(fd, piece, at, PIECE);
    text += decoder.write(piece.subarray(0, length));
    at += length;
    if (length < LAST) break;
  }
  giveBack(piece);
  return text;
}

/** Tells each line of an open file; between its pieces the loop has a turn. */
export async function readLines(fd: number, tell: (line: string) => void): Promise<void> {
  const piece = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE);
  const decoder = new StringDecoder();
  let rest = '';
  for (let at = 0; at < LONGEST; ) {
    const length = await readPiece(fd, piece, at, PIECE);
    if (length === 0) break;
    const lines = (rest + decoder.write(piece.subarray(0, length))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) tell(line);
    at += length;
  }
  if (rest !== '') tell(rest);
  giveBack(piece);
}

function giveBack(piece: Buffer): void {
  if (spare.length < MOST_SPARE) spare.push(piece);
}

function readPiece(fd: number, piece: Buffer, at: number, most: number): Promise<number> {
  return new Promise((resolve, reject) => {
    readAt(fd, piece, 0, most, at, (error, length) => (error === null ? resolve(length) : reject(error)));
  });
}

/** Opens a file to be read. Rejects with the system's error. */
export function openFile(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, 'r', (error, fd) => (error === null ? resolve(fd) : reject(error)));
  });
}

/** Closes it, without waiting. */
export function closeFile(fd: number): void {
  close(fd, () => {});
}
