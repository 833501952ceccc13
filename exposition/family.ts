import type { Instant } from '../model/time.ts';

/** The types of the two formats: `unknown` is also the Prometheus format's `untyped`; the last five but `summary` exist in OpenMetrics alone. */
export type FamilyType =
  | 'unknown'
  | 'gauge'
  | 'counter'
  | 'histogram'
  | 'summary'
  | 'gaugehistogram'
  | 'stateset'
  | 'info';

/** What a page says of a family before its samples. */
export interface Family {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  readonly unit: string;
}

/** A measurement that stands for others, as OpenMetrics has it behind `#`. */
export interface Exemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly at?: Instant;
}

/** Where the text is not what the format says. Lines and columns begin at 1. */
export interface Flaw {
  readonly line: number;
  readonly column: number;
  /** What came and what was wanted: `came a label without quotes, wanted "`. */
  readonly message: string;
}
