import { messageOf } from '../../model/errors.ts';
import { type Clock, HOUR, type Instant, SECOND, spanInWords } from '../../model/time.ts';
import { createLogOnce } from '../../runtime/log-once.ts';
import { type Content, readContent, seriesIn } from './content.ts';
import { type Entry, type Folder, watchFolder } from './folder.ts';
import type { Rules } from './rules.ts';

/** A file as it counts now. */
export interface FileNow {
  readonly path: string;
  /** Its last good version; absent where there is none, or it counts no more. */
  readonly content?: Content;
  /** When that was written. */
  readonly writtenAt: Instant;
  readonly broken: boolean;
  readonly stale: boolean;
}

/** The files of one folder. */
export interface Files {
  /** Reads what is new. Resolves soon, whatever the file system does; what it cannot read is told once. */
  look(signal: AbortSignal): Promise<void>;
  now(): FileNow[];
  /** Whether the last look could see all. */
  readonly well: boolean;
  /** How many series are kept. */
  readonly series: number;
  stop(): void;
}

export interface FilesOptions {
  readonly clock: Clock;
  readonly folder: string;
  readonly rules: Rules;
  readonly staleMs: number | undefined;
  /** How many series more may be kept. */
  readonly room: () => number;
  /** Asks for another look soon. */
  readonly soon: () => void;
  readonly onTrouble: (message: string) => void;
}

/** A file that is written in place is left alone so long after a write, once: it may be half done. */
const REST_MS = 2 * SECOND;
/** What a broken file was before counts so long, where nothing is set. */
const KEPT_MS = HOUR;

/** A version that could be read. */
interface Good {
  readonly content: Content;
  readonly series: number;
  readonly writtenAt: Instant;
  /** From when on its age counts: one that was written in the future, by a clock that is wrong, is as old as our knowing of it. */
  readonly since: Instant;
}

interface Known {
  readonly path: string;
  version: string;
  inode: string;
  resting: boolean;
  good: Good | undefined;
  /** So many series were more than could be kept. */
  wanted: number;
  /** Since when it cannot be read, by the steady clock. */
  brokenSince: number | undefined;
  ended: boolean;
}

export function watchFiles(options: FilesOptions): Files {
  const { clock, folder: path, rules, staleMs, onTrouble } = options;
  const folder: Folder = watchFolder(path, clock);
  const files = new Map<string, Known>();
  const once = createLogOnce(onTrouble);
  /** Since when the folder cannot be listed, by the steady clock: all in it is as if it were broken. */
  let unseenSince: number | undefined;
  let cancelSoon = () => {};

  /** Whether it may be in the middle of being written. Another file in its place is whole: it was moved there. */
  function isResting(file: Known, { writtenAt, inode }: Entry): boolean {
    if (file.resting || file.inode !== inode || Math.abs(clock.now() - writtenAt) >= REST_MS) return false;
    cancelSoon();
    cancelSoon = clock.after(REST_MS, options.soon);
    return true;
  }

  async function take(entry: Entry, signal: AbortSignal): Promise<void> {
    const file = files.get(entry.bytes) ?? beginFile(`${path === '/' ? '' : path}/${entry.name}`);
    files.set(entry.bytes, file);
    if (file.version === entry.version && !(file.wanted > 0 && file.wanted <= roomFor(file))) return;
    file.resting = isResting(file, entry);
    if (file.resting) return;
    file.inode = entry.inode;
    // It may be written again within this second, and nobody could tell: then it is read once more.
    const surely = Math.abs(clock.now() - entry.writtenAt) >= REST_MS;
    try {
      const text = await folder.read(entry, signal).catch((error: unknown) => {
        throw new Error(`${file.path}: ${messageOf(error)}`);
      });
      file.good = goodOf(file, entry, await readContent(file.path, text, rules, signal));
      if (file.brokenSince !== undefined) onTrouble(`${file.path} can be read again`);
      file.brokenSince = undefined;
    } catch (error) {
      if (signal.aborted) return;
      if (file.brokenSince === undefined) onTrouble(`${messageOf(error)}${keptWords(file)}`);
      file.brokenSince ??= clock.steady();
    }
    file.version = surely ? entry.version : '';
  }

  function roomFor({ good }: Known): number {
    return options.room() + (good?.series ?? 0);
  }

  function goodOf(file: Known, { writtenAt }: Entry, content: Content): Good {
    const series = seriesIn(content);
    const room = roomFor(file);
    file.wanted = series > room ? series : 0;
    if (series > room)
      throw new Error(`${file.path}: it holds ${series} series, and all files together have room for ${room} more`);
    return { content, series, writtenAt, since: Math.min(writtenAt, clock.now()) };
  }

  function keptWords({ good }: Known): string {
    return good === undefined ? '' : `; what it was before counts for ${spanInWords(staleMs ?? KEPT_MS)}`;
  }

  function nowOf(file: Known): FileNow {
    const { good } = file;
    const brokenSince = file.brokenSince ?? unseenSince;
    const age = good === undefined ? 0 : clock.now() - good.since;
    const stale = staleMs !== undefined && age > staleMs;
    const over = brokenSince !== undefined && clock.steady() - brokenSince > (staleMs ?? KEPT_MS);
    const ended = good !== undefined && (stale || over);
    if (ended && !file.ended) onTrouble(`${file.path} was last well written ${spanInWords(age)} ago: its series end`);
    if (!ended && file.ended) onTrouble(`${file.path} counts again`);
    file.ended = ended;
    const counts = good !== undefined && !ended;
    return {
      path: file.path,
      writtenAt: good?.writtenAt ?? 0,
      broken: brokenSince !== undefined,
      stale,
      ...(counts && { content: good.content }),
    };
  }

  return {
    async look(signal) {
      try {
        const { entries, complaints } = await folder.list(signal);
        unseenSince = undefined;
        const there = new Set(entries.map(({ bytes }) => bytes));
        for (const bytes of files.keys()) if (!there.has(bytes)) files.delete(bytes);
        for (const entry of entries) await take(entry, signal);
        if (complaints.length === 0) once.works(path, `${path} can be read again`);
        else once.failed(path, `${path}: ${complaints[0]}`);
      } catch (error) {
        unseenSince ??= clock.steady();
        once.failed(path, `${path}: ${messageOf(error)}`);
      }
    },
    now: () => [...files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)).map(nowOf),
    get well() {
      return once.problems().length === 0;
    },
    get series() {
      return files.values().reduce((sum, { good }) => sum + (good?.series ?? 0), 0);
    },
    stop() {
      cancelSoon();
      folder.stop();
    },
  };
}

function beginFile(path: string): Known {
  const none = { good: undefined, wanted: 0, brokenSince: undefined };
  return { path, version: '', inode: '', resting: false, ended: false, ...none };
}
