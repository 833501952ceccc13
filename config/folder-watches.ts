import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isFragment } from './sources.ts';

/** Watches the folders that hold the files: a file itself would be lost sight of when an editor renames another over it. */
export function folderWatches(
  paths: readonly string[],
  stir: (certain: boolean) => void,
  tell: (trouble: string) => void,
) {
  const open = new Map<string, { readonly watcher: FSWatcher; readonly identity: string }>();
  const names = new Set(paths.map((path) => basename(path)));
  const drop = (folder: string): void => {
    open.get(folder)?.watcher.close();
    open.delete(folder);
  };
  let closed = false;

  async function look(folder: string): Promise<void> {
    const found = await stat(folder).catch(() => undefined);
    const identity = found === undefined ? '' : `${found.dev} ${found.ino}`;
    if (closed || open.get(folder)?.identity === identity) return;
    drop(folder);
    if (found !== undefined) start(folder, identity);
  }

  function start(folder: string, identity: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) =>
        stir(name === null || names.has(name) || (paths.includes(folder) && isFragment(name))),
      );
      watcher.on('error', () => drop(folder));
      open.set(folder, { watcher, identity });
    } catch (error) {
      tell(`${folder} cannot be watched (${(error as NodeJS.ErrnoException).code}); it is looked at every 5 s instead`);
    }
  }

  return {
    /** Opens what is not open yet, or was replaced. */
    async open(): Promise<void> {
      for (const path of paths) {
        const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
        await look(isFolder ? path : dirname(path));
      }
    },
    close(): void {
      closed = true;
      for (const folder of open.keys()) drop(folder);
    },
  };
}
