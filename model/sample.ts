import { CodedError } from './errors.ts';
import type { Instant } from './time.ts';

export type Labels = Readonly<Record<string, string>>;

/** One number with labels. Its instant is that of the check or export that took it, unless it brings its own. */
export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
  readonly at?: Instant;
}

/** Who measured: the labels that only the one door sets. */
export interface Identity {
  readonly job: string;
  readonly instance: string;
  readonly vantage?: string;
}

/** What the box says of itself, whichever part does. */
export const BOX: Identity = { job: 'signalbox', instance: 'box' };

/**
 * The name under which a sample's own label stands beside an identity: what Prometheus does with one that collides is to put
 * `exported_` before it, again until the name is free. Any other name is kept.
 */
export function exportedName(name: string, labels: Labels): string {
  if (name !== 'job' && name !== 'instance' && name !== 'vantage') return name;
  let exported = `exported_${name}`;
  while (exported in labels) exported = `exported_${exported}`;
  return exported;
}

/** Where measured samples go: the spool, behind the door that checks them and sets their identity. A value that is NaN ends its series. */
export interface SampleSink {
  /** Takes samples without waiting; they are on disk within the group commit, or counted as dropped. */
  offer(samples: readonly Sample[], identity: Identity, at: Instant): void;
  /** Resolves once the samples are durable. Rejects with `SinkRefused` when the bound is near or the disk is full. */
  keep(samples: readonly Sample[], identity: Identity, at: Instant): Promise<void>;
  /** Ends the series of these samples: from `at` on nothing stands for them until they come again. Their values and instants do not count. Without waiting, as `offer`. */
  end(samples: readonly Sample[], identity: Identity, at: Instant): void;
}

/** The sink cannot promise to keep what it was given; nothing of it was kept. Answer 503 and let the sender repeat. */
export class SinkRefused extends CodedError {
  readonly code = 'sink-refused';
}
