import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { Mistake, Path, Place } from './mistake.ts';
import { placer } from './places.ts';
import { syntaxInWords } from './syntax.ts';
import { type At, type Entry, type Report, type Source, type Tree, twice } from './tree.ts';

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
    if (document.errors.length > 0 || document.contents === null) return undefined;
    const at = (offset: number) => () => place(offset);
    return grow({ at, report, anchors: new Map(), budget: MOST_VALUES }, document.contents as Node, [], at(0));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    note({ file: source.file, line: 1, column: 1, path: '', message: 'is nested too deeply to be read' });
    return undefined;
  }
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

/** What is known while one file grows into a tree. */
interface Growth {
  readonly at: (offset: number) => At;
  readonly report: Report;
  /** The anchors so far; `open` while what they name is not complete. */
  readonly anchors: Map<string, Node | 'open'>;
  /** How many values there may still be. */
  budget: number;
}

function grow(growth: Growth, node: Node | null, path: Path, fallback: At): Tree {
  if (node === null) return nothing(fallback);
  const here = growth.at(node.range?.[0] ?? 0);
  const lose = (message: string): Tree => {
    growth.report(here, path.slice(0, 8), message, 'lost');
    return nothing(here);
  };
  growth.budget--;
  if (growth.budget === 0) return lose(`has more than ${MOST_VALUES} values once its aliases are expanded`);
  if (growth.budget < 0) return nothing(here);
  if (path.length > DEEPEST) return lose(`is nested more than ${DEEPEST} deep`);
  if (isAlias(node)) {
    const target = growth.anchors.get(node.source);
    if (target !== undefined && target !== 'open') return grow(growth, target, path, here);
    const trouble = target === 'open' ? 'which it is itself a part of' : 'which no anchor before it has';
    return lose(`came the alias *${node.source}, ${trouble}`);
  }
  const anchor = 'anchor' in node ? node.anchor : undefined;
  if (anchor !== undefined) growth.anchors.set(anchor, 'open');
  const tree = branch(growth, node, path, here);
  if (anchor !== undefined) growth.anchors.set(anchor, node);
  return tree;
}

function nothing(at: At): Tree {
  return { kind: 'scalar', at, value: null };
}

function branch(growth: Growth, node: Node, path: Path, here: At): Tree {
  if (isMap(node)) return { kind: 'map', at: here, entries: entriesOf(growth, node.items as Pairs, path, here) };
  if (isSeq(node)) {
    const items = node.items.map((item, index) => grow(growth, item as Node | null, [...path, index], here));
    return { kind: 'list', at: here, items };
  }
  const value = isScalar(node) ? node.value : null;
  return { kind: 'scalar', at: here, value: isPlain(value) ? value : String(value) };
}

type Pairs = readonly { readonly key: Node | null; readonly value: Node | null }[];

function entriesOf(growth: Growth, pairs: Pairs, path: Path, here: At): Map<string, Entry> {
  const { at, report } = growth;
  const entries = new Map<string, Entry>();
  const merged: Tree[] = [];
  for (const { key, value } of pairs) {
    const keyAt = at(key?.range?.[0] ?? value?.range?.[0] ?? 0);
    const name = isScalar(key) && isPlain(key.value) && key.value !== null ? String(key.value) : undefined;
    const first = name === undefined ? undefined : entries.get(name);
    if (name === undefined) report(keyAt, path, 'came a key that is not a word, wanted `name: value`');
    else if (name === '<<') merged.push(grow(growth, value, path, keyAt));
    else if (FORBIDDEN.has(name)) report(keyAt, [...path, name], 'came a key that no setting may have');
    else if (first !== undefined) report(keyAt, [...path, name], twice(first.keyAt()));
    else entries.set(name, { keyAt, value: grow(growth, value, [...path, name], keyAt) });
  }
  const refuse = (): void => report(here, path, 'came << with something else, wanted an alias of a map');
  for (const tree of merged) mergeInto(entries, tree, refuse);
  return entries;
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** YAML's merge key: what stands in the map itself wins, then the earlier of several. */
function mergeInto(entries: Map<string, Entry>, tree: Tree, refuse: () => void): void {
  const maps = tree.kind === 'list' ? tree.items : [tree];
  for (const map of maps) {
    if (map.kind !== 'map') refuse();
    else for (const [name, entry] of map.entries) if (!entries.has(name)) entries.set(name, entry);
  }
}
