import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../../model/time.ts';

/** A unit file, a drop-in or a link, as it is. */
export interface UnitFile {
  /** Inode, size and times: while they stay, so does what is in it. */
  readonly stamp: string;
  /** A short hash of what is in it, or where the link leads: `link to /dev/null`. */
  readonly is: string;
  /** When it became what it is. */
  readonly at: Instant;
}

/** By path. */
export type UnitFiles = Readonly<Record<string, UnitFile>>;

const MOST_FILES = 5_000;
const MOST_BYTES = 1024 * 1024;
/** Files looked at together; more would keep all of the process's few threads for the disk. */
const AT_ONCE = 2;
/** Editors and dpkg put these beside what they write. */
const IN_PASSING = /(^\.|~$|\.(swp|swx|tmp|part|dpkg-\w+|ucf-\w+)$|^4913$)/;

/**
 * The unit files below these folders, and the folders themselves. What `before` has and whose stamp is the same is not read again. Rejects where
 * it cannot see all: what it does not see would be taken for gone.
 */
export async function findUnitFiles(
  roots: readonly string[],
  before: UnitFiles,
  signal: AbortSignal,
): Promise<{ readonly files: UnitFiles; readonly folders: readonly string[] }> {
  const paths: string[] = [];
  const folders: string[] = [];
  for (const root of roots) {
    const found = await readdir(root, { withFileTypes: true }).catch(orGone);
    if (found === undefined) continue;
    folders.push(root);
    for (const one of found.filter(({ name }) => !IN_PASSING.test(name))) {
      const path = join(root, one.name);
      if (!one.isDirectory()) paths.push(path);
      // web.service.d, multi-user.target.wants: never deeper.
      else {
        signal.throwIfAborted();
        folders.push(path);
        const inside = (await readdir(path).catch(orGone)) ?? [];
        paths.push(...inside.filter((name) => !IN_PASSING.test(name)).map((name) => join(path, name)));
      }
    }
  }
  const files: Record<string, UnitFile> = {};
  if (paths.length > MOST_FILES)
    throw new Error(`there are ${paths.length} unit files, and at most ${MOST_FILES} are read`);
  const left = paths.sort();
  const work = async (): Promise<void> => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      signal.throwIfAborted();
      const file = await described(path, Object.hasOwn(before, path) ? before[path] : undefined).catch(orGone);
      if (file !== undefined) files[path] = file;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { files, folders };
}

async function described(path: string, before: UnitFile | undefined): Promise<UnitFile | undefined> {
  const found = await lstat(path);
  const stamp = `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
  if (before?.stamp === stamp) return before;
  // Not the time of its writing: dpkg gives a file that of its package's making.
  const at = Math.round(found.ctimeMs);
  if (found.isSymbolicLink()) return { stamp, is: `link to ${await readlink(path)}`, at };
  if (!found.isFile()) return undefined;
  if (found.size > MOST_BYTES) return { stamp, is: `${found.size} bytes`, at };
  const text = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') return undefined;
    throw error;
  });
  if (text === undefined) return { stamp, is: 'not readable', at };
  return { stamp, is: createHash('sha256').update(text).digest('hex').slice(0, 12), at };
}

/** What is not there, or was taken away just now, is gone; any other error is none that says so. */
function orGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
