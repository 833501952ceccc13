import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { draftOf, writeFileAtomically } from '../runtime/atomic-file.ts';
import type { SiteFile } from './render.ts';

/** Puts a site's files into a folder so that a reader only ever sees whole ones. */
export interface SiteWriter {
  /**
   * Writes the files in the order given and resolves with the paths of those that differed; a file without text stays as it is.
   * Pages that are not among them are gone afterwards.
   */
  write(files: Iterable<SiteFile>): Promise<string[]>;
}

/** A writer for `folder`, which it makes when needed. Of what else lies there it removes only pages of its own making. */
export function openWriter(folder: string): SiteWriter {
  const written = new Map<string, string>();
  return {
    async write(files) {
      const wanted = new Set<string>();
      const changed: string[] = [];
      for (const [path, text] of files) {
        wanted.add(path);
        if (text === undefined) continue;
        const digest = digestOf(text);
        if ((written.get(path) ?? (await digestOnDisk(join(folder, path)))) !== digest) {
          await replace(join(folder, path), text);
          changed.push(path);
        }
        written.set(path, digest);
      }
      await removeOthers(folder, wanted, written);
      return changed;
    },
  };
}

function digestOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('base64');
}

async function digestOnDisk(path: string): Promise<string | undefined> {
  return await readFile(path).then(digestOf, () => undefined);
}

async function replace(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // After a power cut the page is simply made again.
  await writeFileAtomically(path, text, { mode: 0o644, durable: false });
}

async function removeOthers(folder: string, wanted: ReadonlySet<string>, written: Map<string, string>): Promise<void> {
  for (const slug of await readdir(join(folder, 'm')).catch(() => [])) {
    const path = `m/${slug}/index.html`;
    if (wanted.has(path)) continue;
    written.delete(path);
    await rm(join(folder, path), { force: true });
    // What a crash left of it says as much.
    await rm(draftOf(join(folder, path)), { force: true });
    await rmdir(join(folder, 'm', slug)).catch(() => {});
  }
}
