import { LINE_FEED, SPACE, TAB } from './characters.ts';
import { failAt } from './flaws.ts';
import type { Scanner } from './scanner.ts';

/** So many digits fit a double exactly, and dividing such a number by such a power of ten rounds as IEEE 754 wants. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);
const SPECIAL = /^(?:nan|[+-]?inf(?:inity)?)$/i;
const REAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const INTEGER = /^[+-]?\d+$/;
/** Go reads timestamps as int64. */
const LARGEST = 2n ** 63n - 1n;

/** Reads a value as both formats have it: decimal, with or without an exponent, or one of `NaN`, `+Inf`, `-Inf` in any case. */
export function readNumber(scanner: Scanner): number {
  const from = scanner.at;
  const quick = readQuick(scanner);
  if (quick !== undefined) return quick;
  const word = readWord(scanner);
  if (SPECIAL.test(word)) {
    const first = word.charCodeAt(0) | 32;
    if (first === 110) return Number.NaN;
    return first === 45 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return finite(scanner, from, word);
}

/** Reads an instant in seconds, as OpenMetrics has it: any number that is one. */
export function readSeconds(scanner: Scanner): number {
  const from = scanner.at;
  return readQuick(scanner) ?? finite(scanner, from, readWord(scanner));
}

/** Reads an instant in milliseconds, as the Prometheus format has it: a whole number of 64 bits. */
export function readMilliseconds(scanner: Scanner): number {
  const from = scanner.at;
  const word = readWord(scanner);
  if (INTEGER.test(word) && (word.length < 19 || fits(word))) return Number(word);
  return failAt(scanner.text, from, 'a whole number of milliseconds, or the end of the line');
}

/** A number as it stands in a label, `le` or `quantile`; undefined where it is none. */
export function numberIn(word: string): number | undefined {
  if (REAL.test(word)) return Number(word);
  if (/^nan$/i.test(word)) return Number.NaN;
  return SPECIAL.test(word) ? Number.POSITIVE_INFINITY * (word.startsWith('-') ? -1 : 1) : undefined;
}

function fits(word: string): boolean {
  if (word.length > 4096) return false;
  const whole = BigInt(word.replace('+', ''));
  return whole <= LARGEST && whole >= -LARGEST - 1n;
}

function finite(scanner: Scanner, from: number, word: string): number {
  const value = REAL.test(word) ? Number(word) : Number.NaN;
  if (!Number.isFinite(value)) failAt(scanner.text, from, 'a number');
  return value;
}

/** Short decimals, which nearly all are, without a string; undefined, and nowhere gone, where it is another. */
function readQuick(scanner: Scanner): number | undefined {
  const { text } = scanner;
  let at = scanner.at;
  const negative = text[at] === 45;
  if (negative || text[at] === 43) at++;
  const from = at;
  let value = 0;
  let point = -1;
  let byte = text[at] as number;
  for (; (byte >= 48 && byte <= 57) || (byte === 46 && point < 0); byte = text[++at] as number) {
    if (byte === 46) point = at;
    else value = value * 10 + (byte - 48);
  }
  const digits = at - from - (point < 0 ? 0 : 1);
  if (digits === 0 || digits > EXACT_DIGITS) return undefined;
  if (byte !== LINE_FEED && byte !== SPACE && byte !== TAB) return undefined;
  scanner.at = at;
  if (point >= 0) value /= POWERS[at - point - 1] as number;
  return negative ? -value : value;
}

/** Up to the next blank, tab or end of the line. */
function readWord(scanner: Scanner): string {
  const { text } = scanner;
  const from = scanner.at;
  let at = from;
  while (text[at] !== SPACE && text[at] !== TAB && text[at] !== LINE_FEED) at++;
  scanner.at = at;
  return text.toString('latin1', from, at);
}
