import { type Clock, SECOND } from '../model/time.ts';
import { type Debounced, debounce } from '../runtime/debounce.ts';
import { folderWatches } from './folder-watches.ts';
import { stampOf } from './stamp.ts';

const POLL_MS = 5 * SECOND;
/** Writing has come to rest after this; it is looked at after that also where it does not. */
const QUIET_MS = 300;
const LONGEST_WAIT_MS = 3 * SECOND;

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
  return new Watch(typeof paths === 'string' ? [paths] : paths, onChange, onTrouble, clock, since);
}

class Watch implements ConfigWatch {
  readonly #paths: readonly string[];
  readonly #onChange: () => void;
  readonly #onTrouble: (message: string) => void;
  readonly #clock: Clock;
  readonly #soon: Debounced;
  /** The kernel told of a write, which a coarse clock may hide from the stamp. */
  #certain = false;
  readonly #folders: ReturnType<typeof folderWatches>;
  readonly #troubles = new Set<string>();
  #seen: string | undefined;
  #looking = false;
  #closed = false;
  #callOffPoll: () => void;

  constructor(
    paths: readonly string[],
    onChange: () => void,
    onTrouble: (message: string) => void,
    clock: Clock,
    since: string | undefined,
  ) {
    this.#paths = paths;
    this.#onChange = onChange;
    this.#onTrouble = onTrouble;
    this.#clock = clock;
    this.#seen = since;
    this.#soon = debounce(
      { clock, quietMs: QUIET_MS, longestMs: LONGEST_WAIT_MS },
      () => void this.#look().catch(() => {}),
    );
    this.#folders = folderWatches(
      paths,
      (certain) => this.#stir(certain),
      (trouble) => this.#tell(trouble),
    );
    this.#callOffPoll = clock.after(0, () => void this.#poll());
  }

  close(): void {
    this.#closed = true;
    this.#callOffPoll();
    this.#soon.cancel();
    this.#folders.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #stir(certain: boolean): void {
    this.#certain ||= certain;
    this.#soon.call();
  }

  /** Compares stamps and says when they differ. */
  async #look(): Promise<void> {
    if (this.#looking) return this.#soon.call();
    this.#looking = true;
    const certain = this.#certain;
    this.#certain = false;
    try {
      const stamp = await stampOf(this.#paths);
      if (this.#closed) return;
      for (const path of this.#paths)
        if (stamp.orphaned.includes(path)) this.#tell(orphanInWords(path));
        else this.#troubles.delete(orphanInWords(path));
      const differs = certain || (this.#seen !== undefined && stamp.text !== this.#seen);
      this.#seen = stamp.text;
      if (differs) this.#onChange();
    } finally {
      this.#looking = false;
    }
  }

  /** The safety net, for file systems that tell nobody of a write. */
  async #poll(): Promise<void> {
    if (!this.#looking) {
      const [stamp] = await Promise.all([stampOf(this.#paths), this.#folders.open()]);
      if (this.#closed) return;
      this.#seen ??= stamp.text;
      if (stamp.text !== this.#seen || stamp.orphaned.length > 0) this.#stir(false);
    }
    if (!this.#closed) this.#callOffPoll = this.#clock.after(POLL_MS, () => void this.#poll());
  }

  #tell(trouble: string): void {
    if (this.#closed || this.#troubles.has(trouble)) return;
    this.#troubles.add(trouble);
    this.#onTrouble(trouble);
  }
}

function orphanInWords(path: string): string {
  return `${path} was replaced behind the mount: mount the folder instead of the file`;
}
