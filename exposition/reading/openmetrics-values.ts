import type { FamilyType } from '../family.ts';
import { Broken, shown } from './flaws.ts';
import { numberIn } from './number.ts';
import type { Part } from './openmetrics-types.ts';

/** Checks that a value is one that this part of this type may have. Throws `Broken`. */
export function checkValue(type: FamilyType, part: Part, value: number, at: number): void {
  const wrong = wantedOf(type, part, value);
  if (wrong !== undefined) throw new Broken(at, `came the value ${value}, wanted ${wrong}`);
}

function wantedOf(type: FamilyType, part: Part, value: number): string | undefined {
  switch (part) {
    case 'total':
      return value >= 0 ? undefined : '0 or more';
    case 'bucket':
    case 'count':
      return Number.isInteger(value) && value >= 0 ? undefined : 'a whole number, 0 or more';
    case 'created':
      return Number.isFinite(value) ? undefined : 'an instant in seconds';
    case 'sum':
      // A gauge histogram with buckets below 0 may have a sum below 0: its point knows.
      if (Number.isNaN(value)) return 'a number';
      return value >= 0 || type === 'gaugehistogram' ? undefined : '0 or more';
    case 'value':
      if (type === 'info') return value === 1 ? undefined : '1';
      if (type === 'stateset') return value === 0 || value === 1 ? undefined : '0 or 1';
      return type === 'summary' && value < 0 ? '0 or more, or NaN' : undefined;
  }
}

/** The bound in a bucket's `le`. Throws `Broken`. */
export function boundOf(le: string | undefined, at: number): number {
  if (le === '+Inf') return Number.POSITIVE_INFINITY;
  const bound = le === undefined ? Number.NaN : (numberIn(le) ?? Number.NaN);
  if (!Number.isFinite(bound)) throw new Broken(at, `came ${told('le', le)}, wanted a number or +Inf`);
  return bound;
}

/** Checks a quantile's label. Throws `Broken`. */
export function checkQuantile(quantile: string | undefined, at: number): void {
  const number = quantile === undefined ? Number.NaN : (numberIn(quantile) ?? Number.NaN);
  if (!(number >= 0 && number <= 1))
    throw new Broken(at, `came ${told('quantile', quantile)}, wanted a number from 0 to 1`);
}

function told(name: string, value: string | undefined): string {
  return value === undefined ? `no label ${name}` : `${name}=${shown(value)}`;
}
