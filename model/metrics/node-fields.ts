import type { Metric, MetricType } from '../metric.ts';

/** One metric for each field, by the field's name. */
export function each<const Field extends string, Label extends string, Type extends MetricType>(
  fields: readonly Field[],
  make: (field: Field) => Metric<Label, Type>,
): Readonly<Record<Field, Metric<Label, Type>>> {
  return Object.fromEntries(fields.map((field) => [field, make(field)])) as Record<Field, Metric<Label, Type>>;
}
