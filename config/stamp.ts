import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isFragment } from './sources.ts';

/** What the files of a config look like from outside; it differs whenever one was written, replaced, added or removed. */
export interface Stamp {
  readonly text: string;
  /** Files that were replaced behind a mount: what is mounted has no name left, and never changes again. */
  readonly orphaned: readonly string[];
}

/** Takes the stamp of these files, and of the fragments in those that are folders. One that is not there is part of the stamp. */
export async function stampOf(paths: readonly string[]): Promise<Stamp> {
  const parts: string[] = [];
  const orphaned: string[] = [];
  for (const path of paths) {
    const found = await look(path);
    if (found?.isDirectory()) {
      const names = (await readdir(path).catch(() => [])).filter(isFragment).sort();
      for (const name of names) parts.push(described(join(path, name), await look(join(path, name))));
    } else parts.push(described(path, found));
    if (found?.nlink === 0n) orphaned.push(path);
  }
  return { text: parts.join('\n'), orphaned };
}

function look(path: string): Promise<BigIntStats | undefined> {
  return stat(path, { bigint: true }).catch(() => undefined);
}

function described(path: string, found: BigIntStats | undefined): string {
  return found === undefined
    ? path
    : `${path} ${found.dev} ${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
}
