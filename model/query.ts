import type { Labels } from './sample.ts';
import type { Instant } from './time.ts';

/** One series of an instant query: its value at one instant. */
export interface VectorSeries {
  readonly labels: Labels;
  readonly at: Instant;
  readonly value: number;
}
export type Vector = readonly VectorSeries[];

/** One series of a range query: instants in milliseconds and values, in order of time. */
export interface MatrixSeries {
  readonly labels: Labels;
  readonly points: readonly (readonly [at: Instant, value: number])[];
}
export type Matrix = readonly MatrixSeries[];

export type QueryFailure =
  /** The storage does not answer, or not as it should: it may later. */
  | 'unreachable'
  /** No answer by the deadline. */
  | 'timeout'
  /** Too many queries are under way. */
  | 'busy'
  /** The query is at fault, and will be next time. */
  | 'refused'
  /** The answer is larger, or has more series, than is taken. */
  | 'too-large';

/** What came of a query: its answer, or why there is none. */
export type QueryOutcome<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: QueryFailure; readonly words: string };

export interface QueryOptions {
  /** Ends the query: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** For all of it, waiting for its turn included; ten seconds when left out. */
  readonly longestMs?: number;
}

/** Of which time series or labels are listed, ends included; everything that is kept when left out. */
export interface SelectOptions extends QueryOptions {
  readonly from?: Instant;
  readonly to?: Instant;
}

/**
 * Asks the storage in MetricsQL, of which PromQL is nearly all a part. Never rejects but when `signal` aborts. Bounded: 4 queries at once and
 * 64 that wait, 11,000 points a series, 10,000 series, 4 MB an answer.
 */
export interface Query {
  /** The values at an instant; the storage's present, which is some seconds ago, when `at` is left out. A scalar is one series without labels. */
  instant(expression: string, options?: QueryOptions & { readonly at?: Instant }): Promise<QueryOutcome<Vector>>;
  /** The values from one instant to another, a step apart. */
  range(
    expression: string,
    options: QueryOptions & { readonly from: Instant; readonly to: Instant; readonly stepMs: number },
  ): Promise<QueryOutcome<Matrix>>;
  /** The labels of every series that matches one of these selectors, `__name__` included. */
  series(selectors: readonly string[], options?: SelectOptions): Promise<QueryOutcome<readonly Labels[]>>;
  /** The names of all labels there are; with selectors, of the series that match one of them. */
  labels(selectors?: readonly string[], options?: SelectOptions): Promise<QueryOutcome<readonly string[]>>;
  /** The values of one label; with selectors, in the series that match one of them. */
  labelValues(
    label: string,
    selectors?: readonly string[],
    options?: SelectOptions,
  ): Promise<QueryOutcome<readonly string[]>>;
}
