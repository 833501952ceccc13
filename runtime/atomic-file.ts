import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CodedError } from '../model/errors.ts';

export interface AtomicFileOptions {
  /** Exactly this mode, whatever the umask is; 0600 when left out. */
  readonly mode?: number;
  /** On disk when it resolves, also over a power cut, the folder's entry included; true when left out. */
  readonly durable?: boolean;
}

/** The file before stands as it was. */
export class FileUnwritable extends CodedError {
  readonly code = 'file-unwritable';
}

/** Where a file is written before it is put in its place; a crash may leave it there. */
export function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.new`);
}

/** Who writes a file waits for the one before: they share the name of their draft, so that one that a crash left is written over. */
const underWay = new Map<string, Promise<void>>();

/**
 * Puts a file in its place, whole or not at all: a reader sees the one before or this one. Only one process may write it. Rejects with
 * `FileUnwritable`, in words that name it, and leaves no draft behind.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  options: AtomicFileOptions = {},
): Promise<void> {
  const before = underWay.get(path) ?? Promise.resolve();
  const writing = before.catch(() => {}).then(() => write(path, content, options));
  underWay.set(path, writing);
  try {
    await writing;
  } finally {
    if (underWay.get(path) === writing) underWay.delete(path);
  }
}

async function write(path: string, content: string | Uint8Array, options: AtomicFileOptions): Promise<void> {
  const { mode = 0o600, durable = true } = options;
  const folder = dirname(path);
  const draft = draftOf(path);
  try {
    // What a crash left may be anything, also a link.
    await rm(draft, { force: true });
    await using file = await open(draft, 'wx', mode);
    await file.chmod(mode);
    await file.writeFile(content);
    if (durable) await file.sync();
    await rename(draft, path);
    if (durable) await syncFolder(folder);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? `there is no folder ${folder}` : message;
    throw new FileUnwritable(`${path} cannot be written: ${why}`, { cause: error });
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
