import type { Family, Ip } from '../rules/addresses.ts';
import { isAddress, type Sides } from '../rules/ip-set.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import type { Stranger } from './strangers.ts';
import type { Surroundings } from './travel.ts';

/** A set by which a rule tells apart where packets come from. */
interface SourceSet {
  readonly name: string;
  readonly sides: Sides;
}

/** Of so many entries of a set one is looked for that could be a stranger. */
const MOST_TRIED = 50;
/** So many strangers are asked for. */
const MOST_LISTED = 6;
const MATCHED = / --match-set (.+?) ((?:src|dst)(?:,(?:src|dst))*)(?= |$)/g;

/** Whether a set that rules ask for where packets come from names an address. */
export function isListed({ host, rules }: Pick<Surroundings, 'host' | 'rules'>, ip: Ip): boolean {
  return sourceSets(rules).some(({ name }) => host.sets.names(name, ip));
}

/** Somebody of each set that rules ask for where packets come from: those whom a list lets in, where nobody else gets in. */
export function listedStrangers(around: Surroundings, family: Family, enters: string): readonly Stranger[] {
  const found = sourceSets(around.rules).flatMap((set) => someOf(set, around, family, enters));
  return [...new Set(found)].slice(0, MOST_LISTED).map((ip) => ({ ip, enters }));
}

/** One whom the set holds, and one whom it takes out again. */
function someOf({ name, sides }: SourceSet, around: Surroundings, family: Family, enters: string): Ip[] {
  const { host } = around;
  const set = host.sets.get(name);
  if (set === undefined) return [];
  const at = sides.findIndex((side, index) => side === 'src' && isAddress(set.parts[index] ?? 'set'));
  const one = (isNomatch: boolean) =>
    set
      .ranges(at, isNomatch)
      .filter((range) => range.family === family)
      .take(MOST_TRIED)
      .map(({ low, high }) => (low === high ? low : next(low)))
      .find((ip) => host.routeTo(ip) === enters && host.typeOf(ip) === 'UNICAST');
  const own = at < 0 ? [] : [one(false), one(true)].filter((ip) => ip !== undefined);
  return [...own, ...set.members().flatMap((member) => someOf({ name: member.name, sides }, around, family, enters))];
}

const known = new WeakMap<Ruleset, readonly SourceSet[]>();

function sourceSets(rules: Ruleset): readonly SourceSet[] {
  const before = known.get(rules);
  if (before !== undefined) return before;
  const found = new Map<string, SourceSet>();
  for (const line of rules.named())
    for (const [what, name = '', sides = ''] of line.includes(' --match-set ') ? line.matchAll(MATCHED) : [])
      if (sides.includes('src')) found.set(what, { name, sides: sides.split(',') as ('src' | 'dst')[] });
  known.set(rules, [...found.values()]);
  return [...found.values()];
}

/** The address after one: of a network not its own. */
function next(ip: Ip): Ip {
  return typeof ip === 'number' ? ip + 1 : ip + 1n;
}
