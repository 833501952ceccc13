import type { FamilyType, ReadSample } from '../family.ts';
import { compareDecimals } from './decimals.ts';
import { Broken, shown } from './flaws.ts';
import { hashOfLabels, hasSameLabels } from './growing.ts';
import type { Part } from './openmetrics-types.ts';
import { boundOf, checkQuantile } from './openmetrics-values.ts';
import type { Scanner } from './scanner.ts';
import { createSeriesSet, type SeriesSet } from './series-set.ts';

/** What is being added to a point. */
export interface Addition {
  readonly part: Part;
  readonly sample: ReadSample;
  /** The label that tells the samples of a point apart. */
  readonly inner: string | undefined;
  /** In seconds, and as it was written: two instants may differ by less than a double can tell. */
  readonly seconds: number | undefined;
  readonly written: string;
  /** Where its line begins. */
  readonly at: number;
}

/** Follows a family's metrics and their points: each in one piece, in the order of time, and whole. */
export interface Points {
  /** Takes the sample whose labels the scanner read last. Throws `Broken`. */
  add(addition: Addition): void;
  /** To be called behind the family. Throws `Broken`. */
  end(): void;
}

interface Point {
  at: number;
  /** The parts that have been, a bit each. */
  parts: number;
  inner: Set<string> | undefined;
  bound: number;
  buckets: number;
  negative: boolean;
  count: number | undefined;
  sum: number | undefined;
}

const BITS: Readonly<Record<Part, number>> = { value: 1, total: 2, created: 4, bucket: 8, count: 16, sum: 32 };

/** `inside` is the label that tells the samples of one point of this family apart, where there is one. */
export function followPoints(type: FamilyType, inside: string | undefined, scanner: Scanner): Points {
  /** One sample of each metric so far; the last is of the one that goes on. */
  const metrics: ReadSample[] = [];
  let known: SeriesSet | undefined;
  let seconds: number | undefined;
  let written = '';
  const point = { ...EMPTY };

  const isMetric = (index: number): boolean =>
    index >= 0 && hasSameLabels(scanner, (metrics[index] as ReadSample).labels, inside);

  function beginPoint(addition: Addition): void {
    if (point.parts !== 0) endPoint(type, point);
    Object.assign(point, EMPTY);
    seconds = addition.seconds;
    written = addition.written;
  }

  function beginMetric(addition: Addition): void {
    beginPoint(addition);
    known ??= createSeriesSet();
    const { sample, at } = addition;
    if (known.add(hashOfLabels(scanner, inside), metrics.length, isMetric) >= 0)
      throw new Broken(at, `came a metric of ${shown(sample.name)} again after another, wanted its samples together`);
    metrics.push(sample);
  }

  /** Goes on with the metric: with its point, or with one that is later. */
  function goOn(addition: Addition): void {
    if ((addition.seconds === undefined) !== (seconds === undefined))
      throw new Broken(addition.at, 'came a metric both with and without an instant, wanted all of its samples alike');
    if (addition.seconds === undefined || addition.written === written) return;
    const apart = addition.seconds - (seconds as number);
    const order = apart === 0 ? compareDecimals(addition.written, written) : apart;
    if (order < 0) {
      const after = `${shown(addition.written)} after ${shown(written)}`;
      throw new Broken(addition.at, `came the instant ${after}, wanted them in order`);
    }
    if (order > 0) beginPoint(addition);
  }

  return {
    add(addition) {
      if (isMetric(metrics.length - 1)) goOn(addition);
      else beginMetric(addition);
      addTo(point, addition);
    },
    end() {
      if (point.parts !== 0) endPoint(type, point);
    },
  };
}

const EMPTY: Point = {
  at: 0,
  parts: 0,
  inner: undefined,
  bound: Number.NEGATIVE_INFINITY,
  buckets: 0,
  negative: false,
  count: undefined,
  sum: undefined,
};

function addTo(point: Point, { part, sample, inner, at }: Addition): void {
  point.at = at;
  const { labels, value } = sample;
  if (part === 'bucket') {
    addBucket(point, boundOf(labels.le, at), value, at);
    return;
  }
  const within = inner === undefined ? undefined : labels[inner];
  if (inner === 'quantile') checkQuantile(within, at);
  const again = within === undefined ? (point.parts & BITS[part]) !== 0 : point.inner?.has(within);
  if (again === true) throw new Broken(at, `came the series of ${shown(sample.name)} again, wanted each once`);
  point.parts |= BITS[part];
  if (within !== undefined) {
    point.inner ??= new Set();
    point.inner.add(within);
  }
  if (part === 'count') point.count = value;
  if (part === 'sum') point.sum = value;
}

function addBucket(point: Point, bound: number, value: number, at: number): void {
  const first = (point.parts & BITS.bucket) === 0;
  point.parts |= BITS.bucket;
  if (!first && bound <= point.bound)
    throw new Broken(at, `came the bucket ${bound} after ${point.bound}, wanted their bounds to grow`);
  if (value < point.buckets)
    throw new Broken(
      at,
      `came ${value} in a bucket after ${point.buckets}, wanted as much or more: buckets are cumulative`,
    );
  point.bound = bound;
  point.buckets = value;
  point.negative ||= bound < 0;
}

function endPoint(type: FamilyType, point: Point): void {
  const wrong = missingOf(type, point);
  if (wrong !== undefined) throw new Broken(point.at, wrong);
}

function missingOf(type: FamilyType, { parts, bound, buckets, negative, count, sum }: Point): string | undefined {
  if (type === 'counter' && (parts & BITS.total) === 0)
    return 'came a counter without its total, wanted a sample with _total';
  if (type !== 'histogram' && type !== 'gaugehistogram') return undefined;
  if (bound !== Number.POSITIVE_INFINITY) return 'came a histogram without its last bucket, wanted one with le="+Inf"';
  if (count !== undefined && count !== buckets)
    return `came the count ${count} beside ${buckets} in the last bucket, wanted the same`;
  if (type === 'histogram' && negative && sum !== undefined)
    return 'came a sum beside buckets below 0, wanted none: it would be no counter';
  if ((count === undefined) !== (sum === undefined))
    return `came a histogram with a ${count === undefined ? 'sum and no count' : 'count and no sum'}, wanted both or neither`;
  if (!negative && sum !== undefined && sum < 0) return `came the sum ${sum} without buckets below 0, wanted 0 or more`;
  return undefined;
}
