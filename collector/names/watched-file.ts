import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../../model/time.ts';

const LOOK_EVERY_MS = 1_000;
const LARGEST_BYTES = 1024 * 1024;

/** Reads and parses a small local file, again when it changed; looks at most once a second. A missing or oversized file parses as empty text. */
export function watchFile<T>(path: string, parse: (text: string) => T, clock: Clock): () => T {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let version: string | undefined;
  let current: T | undefined;
  return () => {
    const now = clock.monotonic();
    if (current !== undefined && now - lookedAt < LOOK_EVERY_MS) return current;
    lookedAt = now;
    const seen = versionOf(path);
    if (current === undefined || seen !== version) {
      version = seen;
      current = parse(seen === undefined ? '' : readText(path));
    }
    return current;
  };
}

function versionOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > LARGEST_BYTES) return undefined;
  return `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
