import type { Path, Place } from './mistake.ts';

/** One config file as it was read. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** Where a value stands; the line is only worked out for a mistake. */
export type At = () => Place;

export interface Entry {
  readonly keyAt: At;
  readonly value: Tree;
}

/** A value of a config file that knows its place. */
export type Tree =
  | { readonly kind: 'scalar'; readonly at: At; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly at: At; readonly items: readonly Tree[] }
  | { readonly kind: 'map'; readonly at: At; readonly entries: ReadonlyMap<string, Entry> };

/** Notes a mistake at a place; `lost` when the value there could not be read, so that more need not be said about it. */
export type Report = (at: At, path: Path, message: string, lost?: 'lost') => void;

/** The place of a setting: of its value, or of its key, or of the nearest setting around it that was written. */
export function placeOf(tree: Tree, path: Path, key = false): Place {
  let here = tree;
  let keyAt = tree.at;
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    if (here.kind === 'map') {
      const entry = here.entries.get(String(step));
      if (entry === undefined) return keyAt();
      keyAt = entry.keyAt;
      here = entry.value;
    } else if (here.kind === 'list' && typeof step === 'number' && here.items[step] !== undefined) {
      here = here.items[step];
      keyAt = here.at;
    } else return here.at();
    if (last && key) return keyAt();
  }
  return here.at();
}

/** What is said of a key that stands a second time. */
export function twice(first: Place): string {
  return `came a second time, wanted once; the first is at ${first.file}:${first.line}:${first.column}`;
}
