import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CodedError, messageOf } from '../../model/errors.ts';

/** A folder that this process alone may write, for as long as it lives. */
export interface StateDirectory {
  readonly path: string;
  /** Gives the folder up before the process ends. */
  release(): void;
  [Symbol.dispose](): void;
}

/** Another signalbox is at work in the folder. */
export class StateDirectoryTaken extends CodedError {
  readonly code = 'state-directory-taken';
}

/** The folder cannot be used; the message says why and what to do. */
export class StateDirectoryUnusable extends CodedError {
  readonly code = 'state-directory-unusable';
}

const LOCK_FILE = 'lock.db';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is on a read-only file system',
  ENOSPC: 'there is no room left on its file system',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'it is a file, not a folder',
  ELOOP: 'its links lead in a circle',
  ENOENT: 'no folder can be made there',
};

/**
 * Makes the folder (0700) where it is missing, closes it to others where it is nobody else's too, and holds its one lock until
 * released or the process ends, however it ends. Throws `StateDirectoryTaken` or `StateDirectoryUnusable`.
 */
export function claimStateDirectory(folder: string, onTrouble: (message: string) => void = () => {}): StateDirectory {
  usable(folder, () => makeFolder(folder));
  refuseForeign(folder);
  closeToOthers(folder, onTrouble);
  const lock = hold(folder);
  try {
    usable(folder, () => writeFileSync(join(folder, 'lock.pid'), `${process.pid}\n`, { mode: 0o600 }));
  } catch (error) {
    lock.close();
    throw error;
  }
  const release = () => {
    if (lock.isOpen) lock.close();
  };
  return { path: folder, release, [Symbol.dispose]: release };
}

/** Step by step: `recursive` tries for ever where a file system answers ENOENT, as /proc does, and hides EROFS. */
function makeFolder(folder: string): void {
  const make = () => mkdirSync(folder, { mode: 0o700 });
  try {
    make();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      makeFolder(dirname(folder));
      make();
    } else if (code !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
  }
}

/** A folder of somebody else's would let them exchange what is in it; root's is as good as ours. */
function refuseForeign(folder: string): void {
  const owner = usable(folder, () => statSync(folder)).uid;
  const self = process.getuid?.() ?? owner;
  if (owner === self || owner === 0 || self === 0) return;
  throw new StateDirectoryUnusable(
    `${folder} belongs to user ${owner}, and this is user ${self}: give it to this user (chown), or choose another with --data`,
  );
}

/** A folder that is empty, or was a state directory before, is closed to others; of any other it is only said that they can look into it. */
function closeToOthers(folder: string, onTrouble: (message: string) => void): void {
  const mode = usable(folder, () => statSync(folder)).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  const found = usable(folder, () => readdirSync(folder));
  const open = `${folder} was open to other users (mode ${mode.toString(8).padStart(4, '0')})`;
  if (found.length > 0 && !found.includes(LOCK_FILE)) {
    onTrouble(`${open}, and holds what is not of this box: give it a folder of its own, or close it (chmod 700)`);
    return;
  }
  try {
    chmodSync(folder, 0o700);
    onTrouble(`${open}; it is closed to them now`);
  } catch (error) {
    onTrouble(`${open}, and cannot be closed: ${messageOf(error)}`);
  }
}

/**
 * SQLite's exclusive lock is a POSIX record lock: the kernel takes it back when the process ends, SIGKILL included, and
 * children do not inherit it (fcntl(2)). Nothing is ever written to the file.
 */
function hold(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 });
    lock.exec('PRAGMA cache_size = 1; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
    // SQLITE_BUSY
    if (code === 5) throw new StateDirectoryTaken(`${folder} is used by another signalbox${holder(folder)}`);
    usable(folder, () => writeFileSync(join(folder, 'lock.pid'), `${process.pid}\n`, { mode: 0o600 }));
    throw new StateDirectoryUnusable(`${folder} cannot be locked: ${(error as Error).message}`, { cause: error });
  }
}

function holder(folder: string): string {
  try {
    const pid = readFileSync(join(folder, 'lock.pid'), 'utf8').trim();
    return /^\d+$/.test(pid) ? ` (process ${pid})` : '';
  } catch {
    return '';
  }
}

function usable<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    throw new StateDirectoryUnusable(
      `${folder} cannot be used: ${REASONS[code] ?? (error as Error).message} (${code}); choose another with --data`,
      { cause: error },
    );
  }
}
