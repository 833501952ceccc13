import type { Labels } from '../../model/sample.ts';
import { BACKSLASH, BEGINS_LABEL, CLOSE, COMMA, EQUALS, IN_LABEL, KIND, LINE_FEED, QUOTE } from './characters.ts';
import { Broken, failAt, shown } from './flaws.ts';
import { type Scanner, skipBlanks } from './scanner.ts';
import { hashOf, hashOn, keyOf, SEED, wordOf } from './words.ts';

/** More labels than anybody writes by intention: what compares each with each stays cheap. */
const MOST_LABELS = 256;
const NONE: Labels = Object.freeze({});

/**
 * Reads labels from behind `{` to behind `}`, also into the scanner's arrays. With `loose`, as in the Prometheus format, blanks
 * may stand between all parts and a comma may stand at the end; else, as in OpenMetrics, unknown escapes stand for themselves.
 */
export function readLabels(scanner: Scanner, loose: boolean): Labels {
  const { text, names } = scanner;
  scanner.labels = 0;
  if (loose) skipBlanks(scanner);
  if (text[scanner.at] === CLOSE) {
    scanner.at++;
    return NONE;
  }
  const labels: Record<string, string> = {};
  for (let count = 0; ; ) {
    const at = scanner.at;
    if (count === MOST_LABELS) throw new Broken(at, `came more labels, wanted at most ${MOST_LABELS}`);
    readLabel(scanner, count, loose);
    const name = names[count] as string;
    for (let other = 0; other < count; other++)
      if (names[other] === name) throw new Broken(at, `came the label ${shown(name)} again, wanted each once`);
    labels[name] = scanner.values[count] as string;
    scanner.labels = ++count;
    if (loose) skipBlanks(scanner);
    const byte = text[scanner.at];
    if (byte !== COMMA && byte !== CLOSE) failAt(text, scanner.at, '"," or "}" after a label');
    scanner.at++;
    if (byte === CLOSE) return labels;
    if (!loose) continue;
    skipBlanks(scanner);
    if (text[scanner.at] !== CLOSE) continue;
    scanner.at++;
    return labels;
  }
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
