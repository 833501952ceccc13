import type { Labels } from '../../model/sample.ts';
import { BEGINS_NAME, IN_NAME, KIND, SPACE, TAB } from './characters.ts';
import { failAt } from './flaws.ts';
import { hashOn, SEED, wordOf } from './words.ts';

/** Where a reader is in its text, and the labels that it read last, kept in arrays that are used again for every line. */
export interface Scanner {
  /** Its last byte is a line feed: whatever looks for the end of something stops there at the latest. */
  readonly text: Buffer;
  at: number;
  readonly names: string[];
  readonly values: string[];
  /** Of each label, the hash of its name and value. */
  readonly hashes: number[];
  labels: number;
  /** Of each label but the last, how far behind `{` the next one begins. */
  readonly ends: number[];
  /** The last labels in braces: where they began, how many they were, and what was made of them. */
  before: { readonly from: number; readonly labels: number; readonly made: Labels };
}

/** Stands for no labels before. */
export const NOTHING_BEFORE: Scanner['before'] = { from: 0, labels: 0, made: {} };

export function createScanner(text: Buffer): Scanner {
  return { text, at: 0, names: [], values: [], hashes: [], labels: 0, ends: [], before: NOTHING_BEFORE };
}

/** Goes over blanks and tabs. */
export function skipBlanks(scanner: Scanner): void {
  const { text } = scanner;
  let at = scanner.at;
  while (text[at] === SPACE || text[at] === TAB) at++;
  scanner.at = at;
}

/** Reads the name of a metric. */
export function readName(scanner: Scanner): string {
  const { text } = scanner;
  const from = scanner.at;
  let at = from;
  let byte = text[at] as number;
  if (((KIND[byte] as number) & BEGINS_NAME) === 0) failAt(text, at, 'the name of a metric');
  let hash = SEED;
  do {
    hash = hashOn(hash, byte);
    byte = text[++at] as number;
  } while (((KIND[byte] as number) & IN_NAME) !== 0);
  scanner.at = at;
  return wordOf(text, from, at, hash);
}

/** Whether the name that stood between two places stands here again; then it has been read. */
export function readSameName(scanner: Scanner, from: number, to: number): boolean {
  const { text } = scanner;
  let at = scanner.at;
  for (let other = from; other < to; other++, at++) if (text[at] !== text[other]) return false;
  if (((KIND[text[at] as number] as number) & IN_NAME) !== 0) return false;
  scanner.at = at;
  return true;
}
