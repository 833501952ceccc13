import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Clock, SECOND } from '../model/time.ts';
import { isFragment } from './sources.ts';
import { stampOf } from './stamp.ts';

const QUIET_MS = 300;
const LONGEST_WAIT_MS = 3 * SECOND;
const POLL_MS = 5 * SECOND;

export interface ConfigWatch extends Disposable {
  close(): void;
}

/**
 * Calls `onChange` once writing to the config has come to rest: for writes in place, files renamed over it, fragments added or removed.
 * `paths` are the config's file or folder and whatever else it is read from; `since` is the stamp that was taken before it was last read,
 * so that a change while it was being read is not missed. `onTrouble` is told once what keeps changes from being seen.
 */
export function watchConfig(
  paths: string | readonly string[],
  onChange: () => void,
  onTrouble: (message: string) => void,
  clock: Clock,
  since?: string,
): ConfigWatch {
  const watched = typeof paths === 'string' ? [paths] : paths;
  const troubles = new Set<string>();
  const rest = restingPoint(clock, (certain) => look(certain));
  const eyes = folderWatches(watched, rest.stir, (trouble) => tell(trouble));
  let seen = since;
  let looking = false;
  let closed = false;
  let callOffPoll = clock.after(0, () => void poll());

  function tell(trouble: string): void {
    if (closed || troubles.has(trouble)) return;
    troubles.add(trouble);
    onTrouble(trouble);
  }

  /** Compares stamps and says when they differ; `certain` when the kernel already told of a write, which a coarse clock may hide. */
  async function look(certain: boolean): Promise<void> {
    if (looking) return rest.stir(certain);
    looking = true;
    try {
      const stamp = await stampOf(watched);
      if (closed) return;
      for (const path of watched)
        if (stamp.orphaned.includes(path)) tell(orphanInWords(path));
        else troubles.delete(orphanInWords(path));
      const differs = certain || (seen !== undefined && stamp.text !== seen);
      seen = stamp.text;
      if (differs) onChange();
    } finally {
      looking = false;
    }
  }

  async function poll(): Promise<void> {
    if (!looking) {
      const [stamp] = await Promise.all([stampOf(watched), eyes.open()]);
      if (closed) return;
      if (seen === undefined) seen = stamp.text;
      if (stamp.text !== seen || stamp.orphaned.length > 0) rest.stir(false);
    }
    if (!closed) callOffPoll = clock.after(POLL_MS, () => void poll());
  }

  const close = (): void => {
    closed = true;
    callOffPoll();
    rest.close();
    eyes.close();
  };
  return { close, [Symbol.dispose]: close };
}

function orphanInWords(path: string): string {
  return `${path} was replaced behind the mount: mount the folder instead of the file`;
}

/** Waits until nothing has stirred for a while, but not for ever, and then acts. */
function restingPoint(clock: Clock, act: (certain: boolean) => Promise<void>) {
  let callOff: (() => void) | undefined;
  let begun = 0;
  let anyCertain = false;
  const fire = (): void => {
    const certain = anyCertain;
    callOff = undefined;
    anyCertain = false;
    act(certain).catch(() => undefined);
  };
  return {
    stir(certain: boolean): void {
      if (callOff === undefined) begun = clock.monotonic();
      callOff?.();
      anyCertain ||= certain;
      const waited = clock.monotonic() - begun;
      callOff = clock.after(Math.max(0, Math.min(QUIET_MS, LONGEST_WAIT_MS - waited)), fire);
    },
    close(): void {
      callOff?.();
    },
  };
}

/** Watches the folders that hold the files: a file itself would be lost sight of when an editor renames another over it. */
function folderWatches(paths: readonly string[], stir: (certain: boolean) => void, tell: (trouble: string) => void) {
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
    if (found === undefined) return;
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
