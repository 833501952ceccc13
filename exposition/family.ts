import type { Sample } from '../model/sample.ts';
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

/** A sample as it was read. */
export interface ReadSample extends Sample {
  readonly exemplar?: Exemplar;
}

/** A family with its samples, in the order of the text. */
export interface ReadFamily extends Family {
  readonly samples: readonly ReadSample[];
}

/** What a text says, and where it is not what its format says. */
export interface Reading {
  /** Each once, in the order in which they are first named. None where a strict reading found a flaw: such a text is wrong as a whole. */
  readonly families: readonly ReadFamily[];
  /** One at most from a strict reading, which ends there; the first hundred from a lenient one. */
  readonly flaws: readonly Flaw[];
}
