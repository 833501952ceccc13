import type { Sample } from './sample.ts';

/** `untyped` is for borrowed names alone: whoever else gives them says nothing of their type. */
export type MetricType = 'gauge' | 'counter' | 'histogram' | 'info' | 'untyped';

/** One entry of the catalogue: what a name means. The type parameters are the union of its label names, and its type. */
export interface Metric<Label extends string = string, Type extends MetricType = MetricType> {
  readonly name: string;
  readonly type: Type;
  readonly help: string;
  readonly labels: readonly Label[];
}

/** Declares a metric of our own or of the ecosystem. `help` is one sentence with the unit. */
export function metric<const Label extends string = never, const Type extends MetricType = MetricType>(
  name: string,
  type: Type,
  help: string,
  labels: readonly Label[] = [],
): Metric<Label, Type> {
  return { name, type, help, labels };
}

/** A sample of a catalogued metric; the type checker asks for exactly its labels. */
export function sample<Label extends string>(
  of: Metric<Label>,
  value: number,
  ...[labels]: [Label] extends [never] ? [] : [Readonly<Record<Label, string>>]
): Sample {
  return { name: of.name, labels: labels ?? NONE, value };
}

const NONE = Object.freeze({});
