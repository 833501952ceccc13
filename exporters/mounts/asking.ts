import type { Clock } from '../../model/time.ts';
import type { Answer } from './answer.ts';
import { createAskers } from './askers.ts';
import { batchesOf } from './batches.ts';
import { type Errand, startErrand } from './errand.ts';
import type { Mount } from './mountinfo.ts';
import { pause } from './pause.ts';

/** What came of asking a mount: an answer, or none yet. */
export type Outcome =
  | { readonly answer: Answer; readonly tookMs: number }
  | { readonly answer?: never; readonly waitedMs: number };

/** Asks file systems, and leaves behind those that do not answer: nothing waits for them, and no second process asks them. */
export interface Asking {
  /**
   * By mount point, what came of each. Ends when all have answered or had their time, or at `signal`. A mount that could not be
   * asked is absent. Rejects when none can be asked.
   */
  look(mounts: readonly Mount[], signal: AbortSignal): Promise<ReadonlyMap<string, Outcome>>;
  /** Ends what waits for file systems that are not among these any longer. */
  keepOnly(devices: ReadonlySet<string>): void;
  /** How many processes wait for a file system. */
  readonly waiting: number;
  /** Ends what waits, as far as the kernel lets it; resolves soon. */
  stop(): Promise<void>;
}

export interface AskingOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Where the mounts are seen from here, as bytes; empty for this very root. */
  readonly prefix: string;
  /** Told when a file system answers after nobody waited for it any longer. */
  readonly onLate: () => void;
}

/** One that has not answered after this is left to its process; another asks the others. */
const PATIENCE_MS = 300;
/** While so many do not answer, only those are asked that did the last time; with twice as many, none. */
const MANY = 16;

export function createAsking({ clock, timeoutMs, prefix, onLate }: AskingOptions): Asking {
  const askers = createAskers(clock);
  const errands = new Set<Errand>();
  /** The file systems that answered when they were last asked. */
  const known = new Set<string>();
  let hear: (mount: Mount, outcome: Outcome) => void = onLate;
  let wake = () => {};

  const errandAt = (device: string) => [...errands].find(({ at }) => at?.device === device);

  function mayAsk({ device }: Mount): boolean {
    if (errandAt(device) !== undefined) return false;
    return errands.size < (known.has(device) ? 2 * MANY : MANY);
  }

  async function send(batch: readonly Mount[]): Promise<Errand> {
    const asker = await askers.take();
    const onAnswer = (mount: Mount, answer: Answer, tookMs: number) => {
      known.add(mount.device);
      hear(mount, { answer, tookMs });
      wake();
    };
    const errand = startErrand({ clock, asker, batch, prefix, onAnswer });
    errands.add(errand);
    void errand.done.then(
      () => {
        errands.delete(errand);
        askers.giveBack(asker);
      },
      () => {
        errands.delete(errand);
        asker.end();
        wake();
      },
    );
    return errand;
  }

  /** Asks all that may be asked; afterwards what is still under way waits for one mount each. */
  async function askAll(mounts: readonly Mount[], signal: AbortSignal): Promise<void> {
    const queue = batchesOf(mounts);
    for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
      const batch = next.filter(mayAsk);
      if (batch.length === 0) continue;
      const errand = await send(batch);
      const over = new AbortController();
      await Promise.race([errand.done, errand.quiet(PATIENCE_MS, AbortSignal.any([signal, over.signal]))]);
      over.abort();
      const rest = errand.leave();
      if (errand.at !== undefined) known.delete(errand.at.device);
      if (rest.length > 0) queue.unshift([...rest]);
    }
  }

  /** Waits for those that are under way, each for its time. */
  async function awaitAll(mounts: readonly Mount[], signal: AbortSignal): Promise<void> {
    const devices = new Set(mounts.map(({ device }) => device));
    const left = () => {
      const open = [...errands].filter(({ at }) => at !== undefined && devices.has(at.device));
      const due = open.map(({ since }) => since + timeoutMs - clock.monotonic()).filter((ms) => ms > 0);
      return due.length === 0 ? undefined : Math.min(...due);
    };
    for (let ms = left(); ms !== undefined && !signal.aborted; ms = left()) {
      const heard = new AbortController();
      wake = () => heard.abort();
      await pause(clock, ms, AbortSignal.any([signal, heard.signal]));
    }
  }

  return {
    async look(mounts, signal) {
      const outcomes = new Map<string, Outcome>();
      hear = (mount, outcome) => outcomes.set(mount.point, outcome);
      try {
        await askAll(mounts, signal);
        await awaitAll(mounts, signal);
      } finally {
        hear = onLate;
      }
      for (const { point, device } of mounts) {
        const errand = outcomes.has(point) ? undefined : errandAt(device);
        if (errand !== undefined) outcomes.set(point, { waitedMs: clock.monotonic() - errand.since });
      }
      return outcomes;
    },
    keepOnly(devices) {
      for (const errand of errands) if (errand.at !== undefined && !devices.has(errand.at.device)) errand.kill();
      for (const device of known) if (!devices.has(device)) known.delete(device);
    },
    get waiting() {
      return errands.size;
    },
    stop: askers.stop,
  };
}
