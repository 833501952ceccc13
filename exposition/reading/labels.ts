import type { Labels } from '../../model/sample.ts';
import { BACKSLASH, BEGINS_LABEL, CLOSE, COMMA, EQUALS, IN_LABEL, KIND, LINE_FEED, QUOTE } from './characters.ts';
import { Broken, failAt, shown } from './flaws.ts';
import { NOTHING_BEFORE, type Scanner, skipBlanks } from './scanner.ts';
import { hashOf, hashOn, keyOf, SEED, wordOf } from './words.ts';

/** More labels than anybody writes by intention: what compares each with each stays cheap. */
const MOST_LABELS = 256;
const NONE: Labels = Object.freeze({});

/**
 * Reads labels from behind `{` to behind `}`, also into the scanner's arrays. With `loose`, as in the Prometheus format, blanks
 * may stand between all parts and a comma may stand at the end; else, as in OpenMetrics, unknown escapes stand for themselves.
 * What begins like the labels before is not read again: most lines differ from the one before them in their last labels alone.
 */
export function readLabels(scanner: Scanner, loose: boolean): Labels {
  const { names, before, ends } = scanner;
  const from = scanner.at;
  const shared = goOverShared(scanner);
  scanner.before = NOTHING_BEFORE;
  let count = shared;
  let alike = true;
  if (loose) skipBlanks(scanner);
  for (let more = !isEmptyOrOver(scanner, loose, count); more; count++) {
    const at = scanner.at;
    if (count === MOST_LABELS) throw new Broken(at, `came more labels, wanted at most ${MOST_LABELS}`);
    const nameBefore = count < before.labels ? names[count] : undefined;
    readLabel(scanner, count, loose);
    const name = names[count] as string;
    alike &&= name === nameBefore;
    for (let other = 0; other < count; other++)
      if (names[other] === name) throw new Broken(at, `came the label ${shown(name)} again, wanted each once`);
    more = goToNext(scanner, loose);
    ends[count] = scanner.at - from;
  }
  scanner.at++;
  scanner.labels = count;
  const made = alike && count === before.labels ? changed(scanner, before.made, shared) : madeOf(scanner);
  if (count > 0) scanner.before = { from, labels: count, made };
  return made;
}

/** Goes over the labels that stand as they stood before, and says how many they are. */
function goOverShared(scanner: Scanner): number {
  const { text, before, ends } = scanner;
  let at = scanner.at;
  let other = before.from;
  for (let index = 0; index < before.labels - 1; index++) {
    const end = before.from + (ends[index] as number);
    while (other < end && text[at] === text[other]) {
      at++;
      other++;
    }
    if (other < end) return index;
    scanner.at = at;
  }
  return Math.max(0, before.labels - 1);
}

/** Whether the labels end here: because there is none, or behind a comma that the Prometheus format allows. */
function isEmptyOrOver({ text, at }: Scanner, loose: boolean, count: number): boolean {
  return text[at] === CLOSE && (loose || count === 0);
}

/** Goes to the label behind a comma; false where there is no other, and the scanner stands before the brace. */
function goToNext(scanner: Scanner, loose: boolean): boolean {
  const { text } = scanner;
  if (loose) skipBlanks(scanner);
  const byte = text[scanner.at];
  if (byte === CLOSE) return false;
  if (byte !== COMMA) failAt(text, scanner.at, '"," or "}" after a label');
  scanner.at++;
  if (!loose) return true;
  skipBlanks(scanner);
  return text[scanner.at] !== CLOSE;
}

/** The same names as before with other values from an index on: a copy is quicker than a new object, name by name. */
function changed({ names, values, labels }: Scanner, before: Labels, from: number): Labels {
  const made: Record<string, string> = { ...before };
  for (let index = from; index < labels; index++) made[names[index] as string] = values[index] as string;
  return made;
}

function madeOf({ names, values, labels }: Scanner): Labels {
  if (labels === 0) return NONE;
  const made: Record<string, string> = {};
  for (let index = 0; index < labels; index++) made[names[index] as string] = values[index] as string;
  return made;
}

function readLabel(scanner: Scanner, index: number, loose: boolean): void {
  const { text } = scanner;
  const from = scanner.at;
  let at = from;
  let byte = text[at] as number;
  if (((KIND[byte] as number) & BEGINS_LABEL) === 0) failAt(text, at, 'the name of a label');
  let hash = SEED;
  do {
    hash = hashOn(hash, byte);
    byte = text[++at] as number;
  } while (((KIND[byte] as number) & IN_LABEL) !== 0);
  const name = keyOf(text, from, at, hash);
  if (name.charCodeAt(0) === 95 && name.charCodeAt(1) === 95)
    throw new Broken(from, `came the label ${shown(name)}, wanted none that begins with __: they are reserved`);
  scanner.at = at;
  if (loose) skipBlanks(scanner);
  if (text[scanner.at] !== EQUALS) failAt(text, scanner.at, '"=" after the name of a label');
  scanner.at++;
  if (loose) skipBlanks(scanner);
  if (text[scanner.at] !== QUOTE) failAt(text, scanner.at, 'a value in double quotes');
  scanner.at++;
  scanner.names[index] = name;
  readValue(scanner, index, hash, loose);
}

function readValue(scanner: Scanner, index: number, nameHash: number, loose: boolean): void {
  const { text } = scanner;
  const from = scanner.at;
  let at = from;
  let byte = text[at] as number;
  let hash = SEED;
  let all = 0;
  while (byte !== QUOTE && byte !== BACKSLASH && byte !== LINE_FEED) {
    hash = hashOn(hash, byte);
    all |= byte;
    byte = text[++at] as number;
  }
  scanner.at = at;
  let value: string;
  if (byte === QUOTE) value = all > 127 ? text.toString('utf8', from, at) : wordOf(text, from, at, hash);
  else {
    value = readEscaped(scanner, from, loose);
    hash = hashOf(value);
  }
  scanner.at++;
  scanner.values[index] = value;
  // The sum over all labels must not depend on their order, and must tell which value belongs to which name.
  scanner.hashes[index] = Math.imul(nameHash ^ (hash + 0x7f4a7c15), 0x85ebca6b) ^ (hash >>> 13);
}

/** The value with its escapes undone; the scanner is left at the closing quote. */
function readEscaped(scanner: Scanner, from: number, loose: boolean): string {
  const { text } = scanner;
  let at = scanner.at;
  for (let byte = text[at]; byte !== QUOTE; byte = text[at]) {
    if (byte === LINE_FEED) failAt(text, at, '" at the end of the value');
    if (byte !== BACKSLASH) at++;
    else if (text[at + 1] === LINE_FEED) failAt(text, at + 1, '" at the end of the value');
    else if (loose && !isEscape(text[at + 1])) failAt(text, at, '\\\\, \\" or \\n');
    else at += 2;
  }
  scanner.at = at;
  return unescaped(text.toString('utf8', from, at));
}

/** Whether a byte may stand behind a backslash in the Prometheus format. */
export function isEscape(byte: number | undefined): boolean {
  return byte === BACKSLASH || byte === QUOTE || byte === 110;
}

/** Escapes undone; those that mean nothing stand for themselves, as does a backslash at the end. */
export function unescaped(text: string): string {
  return text.replace(/\\([\\"n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
