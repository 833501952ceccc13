import { setImmediate } from 'node:timers/promises';
import type { ForeignFamily } from '../../model/exporter.ts';
import { textfile } from '../../model/metrics/textfile.ts';
import type { Sample } from '../../model/sample.ts';
import type { Content, FamilyContent } from './content.ts';
import { keyOf } from './series.ts';

/** What several files say together. */
export interface Union {
  readonly samples: readonly Sample[];
  readonly families: readonly ForeignFamily[];
  /** In words, each once: what two files have both, each in its own way. */
  readonly conflicts: readonly string[];
}

/** So many series are looked up in one turn of the loop. */
const SLICE = 1000;
/** More conflicts are counted, and not told one by one. */
const MOST_TOLD = 20;
/** What we say of the files ourselves. */
const OURS: ReadonlySet<string> = new Set(Object.values(textfile).map(({ name }) => name));

interface Part extends FamilyContent {
  readonly path: string;
}

/** Joins files in their order: a series and a family's type count as the first file has them. */
export async function joinFiles(
  files: readonly { readonly path: string; readonly content: Content }[],
  signal: AbortSignal,
): Promise<Union> {
  const conflicts = new Set<string>();
  const parts = files.flatMap(({ path, content }) => content.map((family): Part => ({ ...family, path })));
  const theirs = parts.filter(({ name, path }) => {
    if (OURS.has(name)) conflicts.add(`${name} in ${path} is left out: the box says it itself`);
    return !OURS.has(name);
  });
  const families = Map.groupBy(theirs, ({ name }) => name);
  for (const [first, ...others] of families.values())
    for (const { name, type, path } of others)
      if (first !== undefined && type !== first.type)
        conflicts.add(`${name} is a ${first.type} in ${first.path} and a ${type} in ${path}: the first counts`);
  const samples: Sample[] = [];
  // A file has each series once: only what several files have can meet.
  for (const those of Map.groupBy(theirs, rootOf).values()) {
    const isOfOne = those.every(({ path }) => path === those[0]?.path);
    const joined = isOfOne ? those.flatMap((part) => part.samples) : await joinParts(those, conflicts, signal);
    for (const sample of joined) samples.push(sample);
  }
  return { samples, families: [...families.values()].flatMap(([first]) => first ?? []), conflicts: told(conflicts) };
}

/** What the series of two families have in common where they may be the same: a histogram `h` has one named `h_count`. */
function rootOf({ name }: Part): string {
  return name.replace(/_(?:bucket|sum|count)$/, '');
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

function told(conflicts: ReadonlySet<string>): string[] {
  const all = [...conflicts];
  return all.length <= MOST_TOLD
    ? all
    : [...all.slice(0, MOST_TOLD), `files contradict each other in ${all.length - MOST_TOLD} ways more`];
}
