import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { Mistake, Path, Place } from './mistake.ts';
import { syntaxInWords } from './syntax.ts';

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

const MOST_VALUES = 200_000;
const DEEPEST = 40;
const MOST_SYNTAX_ERRORS = 5;
/** The first three reach into JavaScript's own objects; the last is how secrets cross to another process. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype', '$secret']);

/** Reads one file into a tree. Undefined when it is empty or so broken that nothing can be said about its settings. */
export function growTree(source: Source, report: Report, note: (mistake: Mistake) => void): Tree | undefined {
  const place = placer(source);
  try {
    const document = parseDocument(source.text, { prettyErrors: false, uniqueKeys: false });
    for (const error of firstOfLines([...document.errors, ...document.warnings], place))
      note({ ...place(error.pos[0]), path: '', message: syntaxInWords(error.code, error.message) });
    if (document.errors.length > 0) return undefined;
    return document.contents === null
      ? undefined
      : grower((offset) => () => place(offset), report)(document.contents as Node);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    note({ file: source.file, line: 1, column: 1, path: '', message: 'is nested too deeply to be read' });
    return undefined;
  }
}

/** Gives the place of an offset. (YAML's own counter goes wrong where the parser had to go back.) */
function placer({ file, text }: Source): (offset: number) => Place {
  const starts: number[] = [];
  return (offset) => {
    if (starts.length === 0) {
      starts.push(0);
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    }
    let line = 0;
    for (let step = 2 ** Math.floor(Math.log2(starts.length)); step >= 1; step /= 2)
      if ((starts[line + step] ?? Number.POSITIVE_INFINITY) <= Math.min(offset, text.length)) line += step;
    return { file, line: line + 1, column: Math.min(offset, text.length) - (starts[line] ?? 0) + 1 };
  };
}

/** After a syntax error the parser stumbles on: one on each line, and the first few, is all that is worth saying. */
function firstOfLines<Fault extends { readonly pos: readonly [number, number] }>(
  faults: readonly Fault[],
  place: (offset: number) => Place,
): Fault[] {
  const lines = new Map<number, Fault>();
  for (const fault of faults.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const { line } = place(fault.pos[0]);
    if (!lines.has(line)) lines.set(line, fault);
  }
  return [...lines.values()].slice(0, MOST_SYNTAX_ERRORS);
}

type Grow = (node: Node | null, path?: Path, fallback?: At) => Tree;

function grower(at: (offset: number) => At, report: Report): Grow {
  const anchors = new Map<string, Node | 'open'>();
  let budget = MOST_VALUES;
  const nothing = (where: At): Tree => ({ kind: 'scalar', at: where, value: null });

  const grow: Grow = (node, path = [], fallback = at(0)) => {
    if (node === null) return nothing(fallback);
    const here = at(node.range?.[0] ?? 0);
    if (--budget === 0) report(here, path, `has more than ${MOST_VALUES} values once its aliases are expanded`, 'lost');
    if (budget <= 0) return nothing(here);
    if (path.length > DEEPEST) {
      report(here, path.slice(0, 3), `is nested more than ${DEEPEST} deep`, 'lost');
      return nothing(here);
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined && target !== 'open') return grow(target, path, here);
      const trouble = target === 'open' ? 'which it is itself a part of' : 'which no anchor before it has';
      report(here, path, `came the alias *${node.source}, ${trouble}`, 'lost');
      return nothing(here);
    }
    const anchor = 'anchor' in node ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, 'open');
    const tree = branch(node, path, here);
    if (anchor !== undefined) anchors.set(anchor, node);
    return tree;
  };

  const branch = (node: Node, path: Path, here: At): Tree => {
    if (isSeq(node))
      return {
        kind: 'list',
        at: here,
        items: node.items.map((item, index) => grow(item as Node | null, [...path, index], here)),
      };
    if (isMap(node)) return { kind: 'map', at: here, entries: entriesOf(node.items as Pairs, path, here) };
    const value = isScalar(node) ? node.value : null;
    return { kind: 'scalar', at: here, value: isPlain(value) ? value : String(value) };
  };

  const entriesOf = (pairs: Pairs, path: Path, here: At): Map<string, Entry> => {
    const entries = new Map<string, Entry>();
    const merged: Tree[] = [];
    for (const { key, value } of pairs) {
      const keyAt = at(key?.range?.[0] ?? value?.range?.[0] ?? 0);
      const name = isScalar(key) && isPlain(key.value) && key.value !== null ? String(key.value) : undefined;
      const first = name === undefined ? undefined : entries.get(name);
      if (name === undefined) report(keyAt, path, 'came a key that is not a word, wanted `name: value`');
      else if (name === '<<') merged.push(grow(value, path, keyAt));
      else if (FORBIDDEN.has(name)) report(keyAt, [...path, name], 'came a key that no setting may have');
      else if (first !== undefined) report(keyAt, [...path, name], twice(first.keyAt()));
      else entries.set(name, { keyAt, value: grow(value, [...path, name], keyAt) });
    }
    for (const tree of merged)
      mergeInto(entries, tree, () => report(here, path, 'came << with something else, wanted an alias of a map'));
    return entries;
  };
  return grow;
}

type Pairs = readonly { readonly key: Node | null; readonly value: Node | null }[];

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** What is said of a key that stands a second time. */
export function twice(first: Place): string {
  return `came a second time, wanted once; the first is at ${first.file}:${first.line}:${first.column}`;
}

/** YAML's merge key: what stands in the map itself wins, then the earlier of several. */
function mergeInto(entries: Map<string, Entry>, tree: Tree, refuse: () => void): void {
  const maps = tree.kind === 'list' ? tree.items : [tree];
  for (const map of maps) {
    if (map.kind !== 'map') refuse();
    else for (const [name, entry] of map.entries) if (!entries.has(name)) entries.set(name, entry);
  }
}

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
