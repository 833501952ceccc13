import type { Metric } from '../metric.ts';

/** One metric for each field, by the field's name. */
export function each<const Field extends string, Label extends string>(
  fields: readonly Field[],
  make: (field: Field) => Metric<Label>,
): Readonly<Record<Field, Metric<Label>>> {
  return Object.fromEntries(fields.map((field) => [field, make(field)])) as Record<Field, Metric<Label>>;
}
