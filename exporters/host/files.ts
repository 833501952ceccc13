import { readdir, realpath } from 'node:fs';
import { join } from 'node:path';
import { closeFile, openFile, readLines, readValue, readValueNow, readWhole } from './open-file.ts';

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
  /**
   * One value that the kernel has in its memory, read at once: by way of the threads that read files, where reading may hang, the same
   * costs ten times as much. Not for what a driver, a slow bus or another process answers.
   */
  remembered(path: string): string | undefined;
  /** The names in a folder, sorted, numbers by their size; none where there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Where a link leads to in the end; undefined where there is none. */
  resolve(path: string): Promise<string | undefined>;
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

interface Kept {
  readonly fd: number;
  busy: boolean;
  /** Which of all uses was its last. */
  used: number;
}

const byNumber = new Intl.Collator('en', { numeric: true }).compare;

/** With this many uses of others since its last one, a file's device has most likely gone. */
const STALE_ROUNDS = 8;

/** Files below `root`; at most `mostKept` stay open. Where there are more, the first stay, as long as they are read. */
export function createFiles(root: string, mostKept: number): Files {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<string>>();
  const full = (path: string) => join(root, path);
  let uses = 0;
  let closed = false;

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
      before.busy = true;
      before.used = ++uses;
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
      let well = false;
      try {
        const result = await use(fd);
        well = true;
        return result;
      } finally {
        if (!well || !keep || kept.has(path) || !makesRoom()) closeFile(fd);
        else kept.set(path, { fd, busy: false, used: ++uses });
      }
    } catch (error) {
      throw new Unreadable(full(path), error);
    }
  }

  /** Whether one more may stay open: where there are too many, one that nobody reads any more makes room. Were it the one read longest ago, all would be opened anew each time. */
  function makesRoom(): boolean {
    if (closed) return false;
    if (kept.size < mostKept) return true;
    for (const [path, one] of kept) {
      if (one.busy || uses - one.used < STALE_ROUNDS * mostKept) continue;
      drop(path, one);
      return true;
    }
    return false;
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
    // Opened anew each time: a line that was told cannot be told again, should the file have to be opened twice.
    eachLine: (path, tell) => opened(path, false, (fd) => readLines(fd, tell)),
    value: (path) => value(path, true),
    rareValue: (path) => value(path, false),
    remembered: (path) => readValueNow(full(path)),
    list: (path) =>
      new Promise((resolve) => {
        readdir(full(path), (error, names) => resolve(error === null ? names.sort(byNumber) : []));
      }),
    resolve: (path) =>
      new Promise((resolve) => {
        realpath(full(path), (error, real) => resolve(error === null ? real : undefined));
      }),
    full,
    close() {
      closed = true;
      for (const { fd } of kept.values()) closeFile(fd);
      kept.clear();
    },
  };
}
