import type { Sample } from '../../model/sample.ts';
import type { Clock } from '../../model/time.ts';
import { type Files, Unreadable } from './files.ts';
import type { HostSettings } from './settings.ts';

/** What the parts of the exporter look at. */
export interface Host {
  readonly proc: Files;
  readonly sys: Files;
  readonly root: Files;
  readonly settings: HostSettings;
  readonly clock: Clock;
}

/** Looks once at its part of the machine. Rejects with `NothingHere` where the machine has no such thing. */
export type Look = () => Promise<readonly Sample[]>;

/** A part of the exporter: it may keep what it needs from one look to the next. */
export type OpenPart = (host: Host) => Look;

/** The machine has nothing of this kind: no error, and node_exporter's `node_scrape_collector_success` is 0 for it as well. */
export class NothingHere extends Error {}

/** Reads a file without which the part has nothing to say: where it does not exist, that is no error. */
export async function readIfThere(files: Files, path: string): Promise<string> {
  try {
    return await files.read(path);
  } catch (error) {
    // EOPNOTSUPP is what pressure files say with psi=0.
    if (error instanceof Unreadable && ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EOPNOTSUPP'].includes(error.code))
      throw new NothingHere(error.message);
    throw error;
  }
}

/** What changes rarely is looked at once in so long. */
const RARELY_MS = 60_000;

/** The same as `look`, which is asked anew only a minute after it was asked last; not kept when it fails. */
export function rarely<T>(clock: Clock, look: () => Promise<T>): () => Promise<T> {
  let until = Number.NEGATIVE_INFINITY;
  let last: Promise<T> | undefined;
  return () => {
    const now = clock.monotonic();
    if (last === undefined || now >= until) {
      until = now + RARELY_MS;
      last = look();
      last.catch(() => {
        last = undefined;
      });
    }
    return last;
  };
}
