import type { Sample } from '../model/sample.ts';
import type { FamilyType } from './family.ts';
import { inOnePiece } from './family-names.ts';
import { labelsKey, type PageFamily } from './page-families.ts';
import { suffixesOf } from './reading/openmetrics-types.ts';

/** A family as OpenMetrics has it: its samples in the order in which they must stand. */
export interface OpenFamily {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/**
 * The same series as families of OpenMetrics 1.0. One that breaks its rules (a counter that is not called `_total`, a histogram without its
 * last bucket, a name that two would have) becomes families of the type unknown: every series keeps its name, and the page is taken.
 */
export function openFamilies(families: readonly PageFamily[]): Generator<OpenFamily> {
  return inOnePiece(
    families,
    (family) => {
      const whole = wholeOf(family);
      return whole && { whole, names: [whole.name, ...suffixesOf(whole.type).map((suffix) => whole.name + suffix)] };
    },
    (piece) => ({ ...piece, type: 'unknown' }),
  );
}

function wholeOf(family: PageFamily): OpenFamily | undefined {
  const { name, type, help, samples } = family;
  const isPlain = samples.every((one) => one.name === name);
  switch (type) {
    case 'counter':
      if (!name.endsWith('_total') || !isPlain || !samples.every(({ value }) => value >= 0)) return undefined;
      return { name: name.slice(0, -'_total'.length), type, help, samples };
    case 'info':
      if (!name.endsWith('_info') || !isPlain || !samples.every(({ value }) => value === 1)) return undefined;
      return { name: name.slice(0, -'_info'.length), type, help, samples };
    case 'histogram':
    case 'summary': {
      const points =
        type === 'histogram' ? pointsOf(family, 'le', isBuckets) : pointsOf(family, 'quantile', isQuantiles);
      return points && { name, type, help, samples: points };
    }
    default:
      return isPlain ? { name, type: type === 'gauge' ? type : 'unknown', help, samples } : undefined;
  }
}

/** One sample inside a point, with the number that its inner label says. */
interface Inner {
  readonly bound: number;
  readonly sample: Sample;
}

/** The samples point by point, each from its lowest bound to its sum and count; undefined when a point is not whole. */
function pointsOf(
  { name, samples }: PageFamily,
  inner: 'le' | 'quantile',
  isRight: (inside: readonly Inner[], count: number) => boolean,
): readonly Sample[] | undefined {
  const points: Sample[] = [];
  for (const point of Map.groupBy(samples, ({ labels }) => labelsKey(labels, inner)).values()) {
    const inside = point
      .filter(({ labels }) => labels[inner] !== undefined)
      .map((sample) => ({ bound: numberIn(sample.labels[inner] ?? ''), sample }))
      .sort((one, other) => one.bound - other.bound);
    const sum = point.filter((one) => one.name === `${name}_sum`);
    const count = point.filter((one) => one.name === `${name}_count`);
    if (sum.length !== 1 || count.length !== 1 || inside.length + 2 !== point.length) return undefined;
    if (!(Number(sum[0]?.value) >= 0) || !isCount(count[0]?.value) || !isRight(inside, Number(count[0]?.value)))
      return undefined;
    for (const { bound, sample } of inside)
      points.push({ ...sample, labels: { ...sample.labels, [inner]: canonicalNumber(bound) } });
    points.push(...sum, ...count);
  }
  return points;
}

/** Buckets from 0 on that grow, and end with all. */
function isBuckets(inside: readonly Inner[], count: number): boolean {
  let before: Inner | undefined;
  for (const one of inside) {
    if (!(one.bound > (before?.bound ?? -1)) || !isCount(one.sample.value)) return false;
    if (one.bound < 0 || one.sample.value < (before?.sample.value ?? 0)) return false;
    before = one;
  }
  return before?.bound === Number.POSITIVE_INFINITY && before.sample.value === count;
}

function isQuantiles(inside: readonly Inner[]): boolean {
  return inside.every(
    ({ bound, sample }, index) => bound >= 0 && bound <= 1 && bound !== inside[index - 1]?.bound && !(sample.value < 0),
  );
}

function isCount(value: number | undefined): boolean {
  return Number.isInteger(value) && Number(value) >= 0;
}

/** The number that a bucket's or quantile's label says; NaN when it is none. */
export function numberIn(text: string): number {
  if (/^\+?Inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  return /^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

/** As OpenMetrics wants bounds written, so that they are the same everywhere: `1.0`, `0.25`, `1e+06`, `+Inf` (Go's `%g`, with a point). */
function canonicalNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 6))
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
