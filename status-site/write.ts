import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Puts a site's files into a folder so that a reader only ever sees whole ones. */
export interface SiteWriter {
  /** Resolves with the paths that were written: only what differs, `index.html` last. What is no longer wanted is gone afterwards. */
  write(files: ReadonlyMap<string, string>): Promise<string[]>;
}

/** A writer for `folder`, which it makes when needed. Of what else lies there it removes only pages of its own making. */
export function openWriter(folder: string): SiteWriter {
  const written = new Map<string, string>();
  return {
    async write(files) {
      const paths = [...files.keys()].filter((path) => path !== 'index.html');
      if (files.has('index.html')) paths.push('index.html');
      const changed: string[] = [];
      for (const path of paths) {
        const text = files.get(path) ?? '';
        if ((written.get(path) ?? (await textOf(join(folder, path)))) !== text) {
          await replace(join(folder, path), text);
          changed.push(path);
        }
        written.set(path, text);
      }
      await removeOthers(folder, files, written);
      return changed;
    },
  };
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}

/** Not synced: after a power cut the page is simply made again. */
async function replace(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = join(dirname(path), '.draft.tmp');
  await writeFile(draft, text);
  await rename(draft, path);
}

async function removeOthers(
  folder: string,
  wanted: ReadonlyMap<string, string>,
  written: Map<string, string>,
): Promise<void> {
  for (const slug of await readdir(join(folder, 'm')).catch(() => [])) {
    const path = `m/${slug}/index.html`;
    if (wanted.has(path)) continue;
    written.delete(path);
    await rm(join(folder, path), { force: true });
    await rmdir(join(folder, 'm', slug)).catch(() => {});
  }
}
