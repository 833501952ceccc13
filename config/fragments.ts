import type { Path } from './mistake.ts';
import { type Entry, type Report, type Tree, twice } from './tree.ts';

/** One tree out of those of all fragments: the entries of all under a key that is joined, and every other key from the one file that has it. */
export function mergeFragments(
  trees: readonly Tree[],
  isJoined: (key: string) => boolean,
  report: Report,
): Tree | undefined {
  const maps = trees.filter((tree) => tree.kind === 'map');
  for (const tree of trees)
    if (tree.kind !== 'map' && !(tree.kind === 'scalar' && tree.value === null))
      report(tree.at, [], 'wanted a map of settings: title, listen, monitors, …');
  const first = maps[0];
  if (first === undefined || maps.length === 1) return first;
  const entries = new Map<string, Entry>();
  for (const map of maps)
    for (const [name, entry] of map.entries) {
      const before = entries.get(name);
      if (before === undefined) entries.set(name, entry);
      else if (isJoined(name) && before.value.kind === 'map' && entry.value.kind === 'map')
        entries.set(name, { keyAt: before.keyAt, value: joined(before.value, entry.value, [name], report) });
      else report(entry.keyAt, [name], twice(before.keyAt()));
    }
  return { kind: 'map', at: first.at, entries };
}

type MapTree = Extract<Tree, { kind: 'map' }>;

function joined(before: MapTree, after: MapTree, path: Path, report: Report): MapTree {
  const entries = new Map(before.entries);
  for (const [name, entry] of after.entries) {
    const first = entries.get(name);
    if (first === undefined) entries.set(name, entry);
    else report(entry.keyAt, [...path, name], twice(first.keyAt()));
  }
  return { kind: 'map', at: before.at, entries };
}
