import { labelText } from '../../exposition/write.ts';
import type { Sample } from '../../model/sample.ts';

/** The same text for the same series, whatever the order of its labels; an empty label is none. */
export function keyOf({ name, labels }: Sample): string {
  let key = name;
  for (const label of Object.keys(labels).sort())
    if (labels[label] !== '') key += `,${labelText(label, labels[label] ?? '')}`;
  return key;
}

/** Adds up samples that are of one series once some labels are left out. Of quantiles there is no sum: those that meet are left out. */
export interface Sums {
  add(sample: Sample): void;
  samples(): Sample[];
}

export function createSums(off: ReadonlySet<string>): Sums {
  const sums = new Map<string, Sample | undefined>();
  return {
    add(sample) {
      const labels = Object.fromEntries(Object.entries(sample.labels).filter(([name]) => !off.has(name)));
      const key = keyOf({ ...sample, labels });
      if (!sums.has(key)) sums.set(key, { ...sample, labels });
      else {
        const before = sums.get(key);
        const is = before !== undefined && !('quantile' in labels);
        sums.set(key, is ? { ...before, value: before.value + sample.value } : undefined);
      }
    },
    samples: () => [...sums.values()].filter((one) => one !== undefined),
  };
}
