import { setImmediate } from 'node:timers/promises';
import type { ForeignFamily } from '../../model/exporter.ts';
import type { Sample } from '../../model/sample.ts';
import type { Content, FamilyContent } from './content.ts';
import { keyOf } from './series.ts';

/** What several files say together. */
export interface Union {
  readonly samples: readonly Sample[];
  readonly families: readonly ForeignFamily[];
  /** In words, each once: what was in more than one file, and what was too much. */
  readonly conflicts: readonly string[];
}

/** More series from all files together are not passed on. */
const MOST_SERIES = 50_000;
/** So many series are looked up in one turn of the loop. */
const SLICE = 1000;

interface Part extends FamilyContent {
  readonly path: string;
}

/** Joins files in their order: a series and a family's type count as the first file has them. */
export async function joinFiles(
  files: readonly { readonly path: string; readonly content: Content }[],
  signal: AbortSignal,
): Promise<Union> {
  const parts = files.flatMap(({ path, content }) => content.map((family): Part => ({ ...family, path })));
  const families = Map.groupBy(parts, ({ name }) => name);
  const samples: Sample[] = [];
  const conflicts = new Set<string>();
  for (const [first, ...others] of families.values()) {
    if (first === undefined) continue;
    for (const { name, type, path } of others)
      if (type !== first.type)
        conflicts.add(`${name} is a ${first.type} in ${first.path} and a ${type} in ${path}: the first counts`);
    // A file has each series once: only what several files have can meet.
    const joined = others.length === 0 ? first.samples : await joinParts([first, ...others], conflicts, signal);
    if (samples.length + joined.length > MOST_SERIES)
      conflicts.add(
        `the files hold more than ${MOST_SERIES} series together: ${first.name} of ${first.path} is left out`,
      );
    else for (const sample of joined) samples.push(sample);
  }
  return { samples, families: [...families.values()].flatMap(([first]) => first ?? []), conflicts: [...conflicts] };
}

async function joinParts(parts: readonly Part[], conflicts: Set<string>, signal: AbortSignal): Promise<Sample[]> {
  const series = new Map<string, { readonly path: string; readonly sample: Sample }>();
  let count = 0;
  for (const { path, samples } of parts)
    for (const sample of samples) {
      if (++count % SLICE === 0) await setImmediate(undefined, { signal });
      const key = keyOf(sample);
      const first = series.get(key);
      if (first === undefined) series.set(key, { path, sample });
      else conflicts.add(`${sample.name} has a series both in ${first.path} and in ${path}: the first counts`);
    }
  return [...series.values()].map(({ sample }) => sample);
}
