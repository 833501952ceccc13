const PLAIN = /^([+-]?)0*(\d*?)(?:\.(\d*?)0*)?$/;

/**
 * Compares two numbers as they are written, where a double cannot tell them apart: below 0 when the first is smaller, 0 when they
 * are the same. Those with exponents are as exact as a double.
 */
export function compareDecimals(one: string, other: string): number {
  const a = PLAIN.exec(one);
  const b = PLAIN.exec(other);
  if (a === null || b === null) return Number(one) - Number(other);
  const [, sign = '', whole = '', fraction = ''] = a;
  const [, , otherWhole = '', otherFraction = ''] = b;
  const order = whole.length - otherWhole.length || compare(whole, otherWhole) || compare(fraction, otherFraction);
  return sign === '-' ? -order : order;
}

/** Digits that begin at the same place: the order of the text is that of the number. */
function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
