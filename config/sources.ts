import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Mistake } from './mistake.ts';
import type { ReadSecretFile } from './secrets.ts';
import type { Source } from './tree.ts';

const LARGEST_CONFIG = 4_000_000;
const LARGEST_SECRET = 64_000;
const MOST_FRAGMENTS = 1_000;

/** What was found at the path of the config: its text, or why it cannot be read. */
export type Found = { readonly sources: readonly Source[] } | { readonly mistakes: readonly Mistake[] };

/** Reads the file at `path`, or every `*.yml` and `*.yaml` of the folder there in order of name. Blocks: for a process of its own. */
export function readSources(path: string): Found {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) throw new Unreadable('is not there; signalbox.example.yml is one to begin with');
    if (!found.isDirectory()) return { sources: [{ file: path, text: readText(path, LARGEST_CONFIG) }] };
    const names = readdirSync(path).filter(isFragment).sort();
    if (names.length === 0) throw new Unreadable('holds no *.yml or *.yaml file');
    if (names.length > MOST_FRAGMENTS) throw new Unreadable(`holds more than ${MOST_FRAGMENTS} fragments`);
    return {
      sources: names.map((name) => join(path, name)).map((file) => ({ file, text: readText(file, LARGEST_CONFIG) })),
    };
  } catch (error) {
    return { mistakes: [{ file: path, line: 1, column: 1, path: '', message: inWords(error) }] };
  }
}

/** Whether a file of this name in the config's folder is a part of the config. */
export function isFragment(name: string): boolean {
  return /^[^.].*\.ya?ml$/.test(name);
}

/** A reader of secret files that notes each path it was asked for. */
export function secretReader(asked: Set<string>): ReadSecretFile {
  return (path, file) => {
    const absolute = isAbsolute(path) ? path : join(dirname(file), path);
    asked.add(absolute);
    let text: string;
    try {
      text = readText(absolute, LARGEST_SECRET).trim();
    } catch (error) {
      throw new Unreadable(`came the secret file ${JSON.stringify(path)}, which ${inWords(error)}`);
    }
    if (text === '') throw new Unreadable(`came the secret file ${JSON.stringify(path)}, which is empty`);
    return text;
  };
}

class Unreadable extends Error {}

/** The text of a regular file; a pipe or a device would hang or never end. */
function readText(path: string, most: number): string {
  if (!statSync(path).isFile()) throw new Unreadable('is not a regular file');
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, most) + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < buffer.length; length += read)
      read = readSync(file, buffer, length, buffer.length - length, null);
    if (length > most) throw new Unreadable(`is larger than ${most / 1_000} kB`);
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
  } finally {
    closeSync(file);
  }
}

function inWords(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'is not there';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'is not text in UTF-8';
  return `cannot be read (${code ?? 'unknown error'})`;
}
