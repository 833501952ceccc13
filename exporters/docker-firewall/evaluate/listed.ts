import type { Family, Ip } from '../rules/addresses.ts';
import { isAddress, type Sides } from '../rules/ip-set.ts';
import type { Ruleset } from '../rules/ruleset.ts';
import type { Stranger } from './strangers.ts';
import type { Surroundings } from './travel.ts';

/** A set by which a rule tells apart where packets come from, or go to, as their replies do. */
interface MatchedSet {
  readonly name: string;
  readonly sides: Sides;
}

/** Of so many entries of a set one is looked for that could be a stranger. */
const MOST_TRIED = 50;
/** So many strangers are asked for. */
const MOST_LISTED = 6;
const MATCHED = / --match-set (.+?) ((?:src|dst)(?:,(?:src|dst))*)(?= |$)/g;

/** Whether a set that rules ask for names an address; by where packets come from alone, when that is wanted. */
export function isListed({ host, rules }: Pick<Surroundings, 'host' | 'rules'>, ip: Ip, wanted?: 'src'): boolean {
  return matchedSets(rules).some(
    ({ name, sides }) => (wanted === undefined || sides.includes(wanted)) && host.sets.names(name, ip),
  );
}

/** Somebody of each set that rules ask for: those whom a list lets in, where nobody else gets in. */
export function listedStrangers(around: Surroundings, family: Family, enters: string): readonly Stranger[] {
  const found = matchedSets(around.rules).flatMap((set) => someOf(set, around, family, enters));
  return [...new Set(found)].slice(0, MOST_LISTED).map((ip) => ({ ip, enters }));
}

/** One whom the set holds, and one whom it takes out again. */
function someOf({ name, sides }: MatchedSet, around: Surroundings, family: Family, enters: string): Ip[] {
  const { host } = around;
  const set = host.sets.get(name);
  if (set === undefined) return [];
  const places = set.parts.flatMap((part, at) => (isAddress(part) ? [at] : []));
  const at = places.find((one) => sides[one] === 'src') ?? places[0] ?? -1;
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

const known = new WeakMap<Ruleset, readonly MatchedSet[]>();

function matchedSets(rules: Ruleset): readonly MatchedSet[] {
  const before = known.get(rules);
  if (before !== undefined) return before;
  const found = new Map<string, MatchedSet>();
  for (const line of rules.named())
    for (const [what, name = '', sides = ''] of line.includes(' --match-set ') ? line.matchAll(MATCHED) : [])
      found.set(what, { name, sides: sides.split(',') as ('src' | 'dst')[] });
  known.set(rules, [...found.values()]);
  return [...found.values()];
}

/** The address after one: of a network not its own. */
function next(ip: Ip): Ip {
  return typeof ip === 'number' ? ip + 1 : ip + 1n;
}
