const PLAIN = /^([+-]?)(\d*)(?:\.(\d*))?$/;
const ZERO = 48;

/**
 * Compares two numbers as they are written, where a double cannot tell them apart: below 0 when the first is smaller, 0 when they
 * are the same. Those with exponents are as exact as a double.
 */
export function compareDecimals(one: string, other: string): number {
  const a = PLAIN.exec(one);
  const b = PLAIN.exec(other);
  if (a === null || b === null) return Number(one) - Number(other);
  const [whole, otherWhole] = [withoutZerosBefore(a[2] ?? ''), withoutZerosBefore(b[2] ?? '')];
  const order =
    whole.length - otherWhole.length ||
    compare(whole, otherWhole) ||
    compare(withoutZerosBehind(a[3] ?? ''), withoutZerosBehind(b[3] ?? ''));
  return a[1] === '-' ? -order : order;
}

function withoutZerosBefore(digits: string): string {
  let from = 0;
  while (digits.charCodeAt(from) === ZERO) from++;
  return digits.slice(from);
}

function withoutZerosBehind(digits: string): string {
  let to = digits.length;
  while (digits.charCodeAt(to - 1) === ZERO) to--;
  return digits.slice(0, to);
}

/** Digits that begin at the same place: the order of the text is that of the number. */
function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
