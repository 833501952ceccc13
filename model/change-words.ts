import type { Change, ChangeKind } from './change.ts';
import { type ChangeGroup, runOf } from './change-groups.ts';

/** So many of a group are named. */
const NAMED = 3;

const MANY: Record<ChangeKind, string> = {
  engine: 'engines',
  kernel: 'kernels',
  firewall: 'firewall settings',
  snap: 'snaps',
  version: 'versions',
  config: 'configs',
  boot: 'boots',
  package: 'packages',
  image: 'images',
  container: 'containers',
  unit: 'unit files',
};

/** What became of it: `27.1 → 28.0`, `new: 28.0`, `gone, was 27.1`, `28.0 again`; where neither is known, the detail's first line. */
export function changeInWords({ kind, from, to, detail = '' }: Change): string {
  // Its hashes say nothing to anybody.
  if (kind === 'config' && detail !== '') return detail.split('\n', 1)[0] ?? '';
  if (from !== undefined && to !== undefined) return from === to ? `${to} again` : `${from} → ${to}`;
  if (to !== undefined) return `new: ${to}`;
  if (from !== undefined) return `gone, was ${from}`;
  return detail.split('\n', 1)[0] ?? '';
}

/** A group in two pieces of one line: what was altered, and what became of it. */
export function groupInWords(group: ChangeGroup): { readonly what: string; readonly became: string } {
  const { kind, changes } = group;
  const [first] = changes;
  if (first === undefined) return { what: '', became: '' };
  if (changes.length === 1) return { what: first.what, became: changeInWords(first) };
  const run = runOf(first);
  const named = changes.slice(0, NAMED).map((one) => `${one.what} ${changeInWords(one)}`);
  const rest = changes.length > NAMED ? ', …' : '';
  const among = changes.length > NAMED ? 'among them ' : '';
  return {
    // Its options say how, and the table is narrow.
    what: run === '' ? MANY[kind] : run.replace(/ -\S+/g, ''),
    became: `${changes.length} ${MANY[kind]}: ${among}${named.join(', ')}${rest}`,
  };
}
