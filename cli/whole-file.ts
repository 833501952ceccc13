import { open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A text file. Rejects with words that name it. */
export async function readWhole(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? `there is no file ${path}` : `${path} cannot be read: ${error.message}`);
  });
}

/** Puts a file in its place, whole or not at all, with exactly this mode. Rejects with words that name it. */
export async function writeWhole(path: string, content: string, mode: number): Promise<void> {
  const fresh = join(dirname(path), `.${basename(path)}.${process.pid}.new`);
  try {
    const file = await open(fresh, 'wx', mode);
    try {
      await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      `${path} cannot be written: ${code === 'ENOENT' ? `there is no folder ${dirname(path)}` : message}`,
    );
  }
}
