import { type FSWatcher, watch } from 'node:fs';

/** Watches files and folders, so far as they are there. */
export interface Watching {
  /** Exactly these from now on; one that has gone or come is watched anew. */
  set(paths: readonly string[]): void;
  stop(): void;
}

/** So many are watched: the kernel's own bound is shared with all other programs. */
const MOST = 64;

/** Calls back whenever one of them changes. A rotated log, which is another file then, is found by the next `set`. */
export function watchPaths(changed: () => void): Watching {
  const watchers = new Map<string, FSWatcher>();

  function drop(path: string): void {
    watchers.get(path)?.close();
    watchers.delete(path);
  }

  function begin(path: string): void {
    try {
      const watcher = watch(path, { persistent: false }, (event, name) => {
        // The file itself was moved or deleted: this watcher goes with it.
        if (event === 'rename' && name !== null && path.endsWith(`/${name}`)) drop(path);
        changed();
      });
      watcher.on('error', () => drop(path));
      watchers.set(path, watcher);
    } catch {
      // Not there, or no watches left: the next look finds it.
    }
  }

  return {
    set(paths) {
      const wanted = new Set(paths.slice(0, MOST));
      for (const path of watchers.keys()) if (!wanted.has(path)) drop(path);
      for (const path of wanted) if (!watchers.has(path)) begin(path);
    },
    stop() {
      for (const path of [...watchers.keys()]) drop(path);
    },
  };
}
