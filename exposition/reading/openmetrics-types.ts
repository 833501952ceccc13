import type { FamilyType } from '../family.ts';

/** What a sample is of its metric. */
export type Part = 'value' | 'total' | 'created' | 'bucket' | 'count' | 'sum';

/** By type: the suffixes that its samples' names have, and what each means (OpenMetrics 1.0, "Suffixes"). */
const PARTS: Readonly<Record<FamilyType, Readonly<Record<string, Part>>>> = {
  counter: { _total: 'total', _created: 'created' },
  summary: { '': 'value', _count: 'count', _sum: 'sum', _created: 'created' },
  histogram: { _bucket: 'bucket', _count: 'count', _sum: 'sum', _created: 'created' },
  gaugehistogram: { _bucket: 'bucket', _gcount: 'count', _gsum: 'sum' },
  info: { _info: 'value' },
  gauge: { '': 'value' },
  stateset: { '': 'value' },
  unknown: { '': 'value' },
};

/** What the names of a type's samples may end with. */
export function suffixesOf(type: FamilyType): readonly string[] {
  return Object.keys(PARTS[type]);
}

/** By the names that a family's samples may have, what each is. */
export function partsOf({
  name,
  type,
}: {
  readonly name: string;
  readonly type: FamilyType;
}): ReadonlyMap<string, Part> {
  return new Map(Object.entries(PARTS[type]).map(([suffix, part]) => [name + suffix, part]));
}

/** Whether a word is one of the format's types. */
export function isType(word: string): word is FamilyType {
  return Object.hasOwn(PARTS, word);
}

/** The label that tells the samples of one point apart, where a part has one: it is no label of the metric. */
export function innerLabelOf(type: FamilyType, part: Part, family: string): string | undefined {
  if (part === 'bucket') return 'le';
  if (part !== 'value') return undefined;
  if (type === 'summary') return 'quantile';
  return type === 'stateset' ? family : undefined;
}

/** The label that tells the samples of a family's points apart, whichever of its parts have it. */
export function insideLabelOf(type: FamilyType, family: string): string | undefined {
  return type === 'stateset' ? family : reservedLabelOf(type);
}

/** The label name that a metric of the type must not have. */
export function reservedLabelOf(type: FamilyType): string | undefined {
  if (type === 'histogram' || type === 'gaugehistogram') return 'le';
  return type === 'summary' ? 'quantile' : undefined;
}
