import { randomBytes } from 'node:crypto';

/** So many words are remembered, each in the one slot that its hash names: a flood of words drives out others and takes no more room. */
const SLOTS = 4096;
/** Longer ones are seldom said twice. */
const LONGEST = 64;
const PRIME = 0x01000193;

/** Where hashes begin: drawn anew by each process, so that nobody can prepare a page of names that collide. */
export const SEED = randomBytes(4).readInt32LE() | 1;

const words: string[] = new Array(SLOTS).fill('');
const keys: string[] = new Array(SLOTS).fill('');

/** FNV-1a, one byte on. */
export function hashOn(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, PRIME);
}

/** The hash of a text's UTF-8 bytes, as the readers make it byte by byte. */
export function hashOf(text: string): number {
  let hash = SEED;
  for (const byte of Buffer.from(text)) hash = hashOn(hash, byte);
  return hash;
}

/** The ASCII text between two places as a string; what is said again is the same string, and allocates nothing. */
export function wordOf(text: Buffer, from: number, to: number, hash: number): string {
  if (to - from > LONGEST) return text.toString('latin1', from, to);
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = words[slot] as string;
  if (isSame(known, text, from, to)) return known;
  const word = text.toString('latin1', from, to);
  words[slot] = word;
  return word;
}

/** Like `wordOf`, for names of labels: the string is V8's own copy of it, by which objects find their properties fastest. */
export function keyOf(text: Buffer, from: number, to: number, hash: number): string {
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = keys[slot] as string;
  if (isSame(known, text, from, to)) return known;
  const [key = ''] = Object.keys({ [text.toString('latin1', from, to)]: 0 });
  if (to - from <= LONGEST) keys[slot] = key;
  return key;
}

function isSame(word: string, text: Buffer, from: number, to: number): boolean {
  const length = to - from;
  if (word.length !== length) return false;
  for (let at = 0; at < length; at++) if (word.charCodeAt(at) !== text[from + at]) return false;
  return true;
}
