import { setImmediate } from 'node:timers/promises';
import type { ForeignFamily } from '../../model/exporter.ts';
import type { Sample } from '../../model/sample.ts';
import type { Content } from './content.ts';
import { keyOf } from './series.ts';

/** What several files say together. */
export interface Union extends Content {
  /** In words, each once: what was in more than one file, and what was too much. */
  readonly conflicts: readonly string[];
}

/** More series from all files together are not passed on. */
const MOST_SERIES = 200_000;
/** So many samples in one turn of the loop. */
const SLICE = 1000;

/** Joins files in their order: a series and a family's type count as the first file has them. */
export async function joinFiles(
  files: readonly { readonly path: string; readonly content: Content }[],
  signal: AbortSignal,
): Promise<Union> {
  const families = new Map<string, { readonly family: ForeignFamily; readonly path: string }>();
  const series = new Map<string, string>();
  const samples: Sample[] = [];
  const conflicts = new Set<string>();
  let count = 0;
  for (const { path, content } of files) {
    for (const family of content.families) {
      const first = families.get(family.name);
      if (first === undefined) families.set(family.name, { family, path });
      else if (first.family.type !== family.type)
        conflicts.add(
          `${family.name} is a ${first.family.type} in ${first.path} and a ${family.type} in ${path}: the first counts`,
        );
    }
    for (const sample of content.samples) {
      if (++count % SLICE === 0) await setImmediate(undefined, { signal });
      const key = keyOf(sample);
      const first = series.get(key);
      if (first !== undefined)
        conflicts.add(`${sample.name} has a series both in ${first} and in ${path}: the first counts`);
      else if (samples.length >= MOST_SERIES)
        conflicts.add(`${path}: the files hold more than ${MOST_SERIES} series together: the others are left out`);
      else {
        series.set(key, path);
        samples.push(sample);
      }
    }
  }
  return { samples, families: [...families.values()].map(({ family }) => family), conflicts: [...conflicts] };
}
