import { close, open, read as readAt, readdir, readlink, realpath } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** Reads the small files of /proc, /sys and their like. Those read again and again stay open, since opening costs more than reading. */
export interface Files {
  /** A whole file. Rejects with `Unreadable`. One that is being read already is not read twice. */
  read(path: string): Promise<string>;
  /** Tells each line of a file that may be long, the loop having its turns between the pieces. Rejects with `Unreadable`. */
  eachLine(path: string, tell: (line: string) => void): Promise<void>;
  /** One value of /sys, at most 4 kB, without the white space around it; undefined where there is none to be had. */
  value(path: string): Promise<string | undefined>;
  /** The same for a value that is read rarely: its file is closed again. */
  rareValue(path: string): Promise<string | undefined>;
  /** The names in a folder, sorted, numbers by their size; none where there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Where a link leads to in the end; undefined where there is none. */
  resolve(path: string): Promise<string | undefined>;
  /** The last part of what a link says; undefined where there is none. */
  linkName(path: string): Promise<string | undefined>;
  /** The path as the system knows it. */
  full(path: string): string;
  close(): void;
}

/** A file that is not there or cannot be read: `/proc/net/snmp6: ENOENT`. */
export class Unreadable extends Error {
  readonly code: string;

  constructor(path: string, cause: unknown) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    super(`${path}: ${code}`, { cause });
    this.code = code;
  }
}

const PIECE = 8192;
const MOST_SPARE = 32;
/** What is longer than this is no file that the kernel writes for us. */
const LONGEST = 64 * 1024 * 1024;
/** A value of /sys fits into a page (kernel: Documentation/filesystems/sysfs.rst), so one read has it all. */
const VALUE = 4096;

interface Kept {
  readonly fd: number;
  busy: boolean;
}

const spare: Buffer[] = [];
const byNumber = new Intl.Collator('en', { numeric: true }).compare;

/** Files below `root`; at most `mostKept` stay open, those that were not read for the longest time make room. */
export function createFiles(root: string, mostKept: number): Files {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<string>>();
  const full = (path: string) => join(root, path);

  /** Once for all who ask at the same time. */
  function shared(path: string, read: () => Promise<string>): Promise<string> {
    let promise = underWay.get(path);
    if (promise === undefined) {
      promise = read().finally(() => underWay.delete(path));
      underWay.set(path, promise);
    }
    return promise;
  }

  /** With the file open. One kept open whose device has gone, or come anew under its name, fails once and is opened again. */
  async function opened<T>(path: string, keep: boolean, use: (fd: number) => Promise<T>): Promise<T> {
    const before = kept.get(path);
    if (before !== undefined && !before.busy) {
      kept.delete(path);
      kept.set(path, before);
      before.busy = true;
      try {
        return await use(before.fd);
      } catch {
        drop(path, before);
      } finally {
        before.busy = false;
      }
    }
    try {
      const fd = await openFile(full(path));
      const now: Kept = { fd, busy: true };
      let well = false;
      try {
        const result = await use(fd);
        well = true;
        return result;
      } finally {
        now.busy = false;
        if (well && keep && !kept.has(path) && mostKept > 0) keepOpen(path, now);
        else closeFile(fd);
      }
    } catch (error) {
      throw new Unreadable(full(path), error);
    }
  }

  function keepOpen(path: string, one: Kept): void {
    kept.set(path, one);
    if (kept.size <= mostKept) return;
    for (const [oldest, { busy, fd }] of kept) {
      if (busy) continue;
      kept.delete(oldest);
      closeFile(fd);
      return;
    }
  }

  function drop(path: string, one: Kept): void {
    if (kept.get(path) === one) kept.delete(path);
    closeFile(one.fd);
  }

  const value = async (path: string, keep: boolean) => {
    try {
      return await shared(path, () => opened(path, keep, readValue));
    } catch {
      return undefined;
    }
  };

  return {
    read: (path) => shared(path, () => opened(path, true, readWhole)),
    eachLine: (path, tell) => opened(path, true, (fd) => readLines(fd, tell)),
    value: (path) => value(path, true),
    rareValue: (path) => value(path, false),
    list: (path) =>
      new Promise((resolve) => {
        readdir(full(path), (error, names) => resolve(error === null ? names.sort(byNumber) : []));
      }),
    resolve: (path) =>
      new Promise((resolve) => {
        realpath(full(path), (error, real) => resolve(error === null ? real : undefined));
      }),
    linkName: (path) =>
      new Promise((resolve) => {
        readlink(full(path), (error, target) => resolve(error === null ? target.split('/').at(-1) : undefined));
      }),
    full,
    close() {
      for (const { fd } of kept.values()) closeFile(fd);
      kept.clear();
    },
  };
}

async function readValue(fd: number): Promise<string> {
  const piece = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE);
  const length = await readPiece(fd, piece, 0, VALUE);
  const text = piece.toString('utf8', 0, length).trim();
  giveBack(piece);
  return text;
}

/** To its end: most files of /proc give at most a page at a time, whatever room there is. */
async function readWhole(fd: number): Promise<string> {
  const piece = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE);
  const decoder = new StringDecoder();
  let text = '';
  for (let at = 0; at < LONGEST; ) {
    const length = await readPiece(fd, piece, at, PIECE);
    if (length === 0) break;
    text += decoder.write(piece.subarray(0, length));
    at += length;
  }
  giveBack(piece);
  return text;
}

async function readLines(fd: number, tell: (line: string) => void): Promise<void> {
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

function openFile(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, 'r', (error, fd) => (error === null ? resolve(fd) : reject(error)));
  });
}

function closeFile(fd: number): void {
  close(fd, () => {});
}
