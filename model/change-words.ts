import type { Change, ChangeKind } from './change.ts';
import { type ChangeGroup, hasFailed, runOf } from './change-groups.ts';

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

/**
 * What became of it: `27.1 → 28.0`, `new: 28.0`, `gone, was 27.1`, `28.0 again`; where only hashes are known, `changed`, `new`, `gone`; of a unit
 * file also `enabled`, `masked` and their contraries; where nothing is known, the detail's first line.
 */
export function changeInWords({ kind, what, from, to, detail = '' }: Change): string {
  if (kind === 'unit') return unitInWords(what, from, to);
  const first = detail.split('\n', 1)[0] ?? '';
  // Its hashes say nothing to anybody.
  if (kind === 'config' && first !== '') return first;
  const [was, is] = kind === 'firewall' ? [told(from), told(to)] : [from, to];
  if (from !== undefined && to !== undefined) {
    if (was === '') return is === '' ? 'changed' : `changed: ${is}`;
    return from === to ? `${is} again` : is === '' ? `changed, was ${was}` : `${was} → ${is}`;
  }
  if (to !== undefined) return is === '' ? 'new' : `new: ${is}`;
  if (from !== undefined) return was === '' ? 'gone' : `gone, was ${was}`;
  return first;
}

const MASK = 'link to /dev/null';

/** systemctl's words for what links do; of a file, that it is another. */
function unitInWords(what: string, from: string | undefined, to: string | undefined): string {
  if (to === MASK) return 'masked';
  if (from === MASK) return to === undefined ? 'unmasked' : 'unmasked and changed';
  const isEnabling = /\.(?:wants|requires)\//.test(what);
  if (from === undefined) return isEnabling ? 'enabled' : withLink('new', to);
  if (to === undefined) return isEnabling ? 'disabled' : 'gone';
  return withLink('changed', to);
}

function withLink(word: string, is: string | undefined): string {
  const said = told(is) ?? '';
  return said === '' ? word : `${word}: ${said}`;
}

/** Without what is only a hash. */
function told(value: string | undefined): string | undefined {
  return value === undefined ? undefined : value.replace(/^[0-9a-f]{12}$/, '');
}

/** A group in two pieces of one line: what was altered, and what became of it. */
export function groupInWords(group: ChangeGroup): { readonly what: string; readonly became: string } {
  const { kind, changes } = group;
  const [first] = changes;
  if (first === undefined) return { what: '', became: '' };
  const end = failureInWords(changes);
  if (changes.length === 1) return { what: first.what, became: changeInWords(first) + end };
  const run = runOf(first);
  const named = changes.slice(0, NAMED).map((one) => `${one.what} ${changeInWords(one)}`);
  const rest = changes.length > NAMED ? ', …' : '';
  const among = changes.length > NAMED ? 'among them ' : '';
  return {
    // Its options say how, and the table is narrow.
    what: run === '' ? MANY[kind] : run.replace(/ -\S+/g, ''),
    became: `${changes.length} ${MANY[kind]}: ${among}${named.join(', ')}${rest}${end}`,
  };
}

/** unattended-upgrades has dpkg do a few packages at a time: it may be one step that failed. */
function failureInWords(changes: readonly Change[]): string {
  const failed = changes.filter(hasFailed);
  if (failed.length === 0) return '';
  if (failed.length === changes.length) return '; the run failed';
  const named = failed.slice(0, NAMED).map(({ what }) => what);
  return `; the step with ${named.join(', ')}${failed.length > NAMED ? ', …' : ''} failed`;
}
