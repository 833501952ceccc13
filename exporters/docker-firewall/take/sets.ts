import { messageOf } from '../../../model/errors.ts';
import { SECOND } from '../../../model/time.ts';
import { ProgramFailed, runProgram } from '../../../programs/run-program.ts';
import { type IpRange, parseRange } from '../rules/addresses.ts';
import { isAddress } from '../rules/ip-set.ts';
import { linesOf, rangeIn, readSet } from '../rules/ipset-save.ts';
import type { SavedSet, Snapshot } from '../snapshot.ts';
import type { Miss } from './rules.ts';

/** All sets together have so long. */
const LONGEST_MS = 10 * SECOND;
/** So many entries are kept of all sets together; of a set that is larger only what is about this machine. */
const MOST_ENTRIES = 65_536;

/** So many names are said. */
const MOST_SAID = 8;

const NAMED = / --(?:match|map|add|del)-set (.+?) (?:src|dst)(?:,(?:src|dst))*(?= |$)/gm;
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** The sets that rules ask for or change, and those that are listed in them. `about` are the addresses that a walk is about. */
export async function takeSets(
  rules: Snapshot['rules'],
  about: readonly string[],
  signal: AbortSignal,
  miss: Miss,
): Promise<readonly SavedSet[]> {
  const texts = Object.values(rules).map((text) => text.replaceAll(QUOTED, ''));
  const wanted = new Set(texts.flatMap((text) => [...text.matchAll(NAMED)].map(([, name = '']) => name)));
  const taken: SavedSet[] = [];
  const late = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  // A set that is added while it is gone through is gone through too.
  for (const name of wanted) {
    try {
      const set = setIn(await runProgram(['ipset', 'save', name], { signal: late }), name);
      taken.push(set);
      for (const member of readSet(set)?.members() ?? []) wanted.add(member.name);
    } catch (error) {
      miss('sets', `${messageOf(error)}; rules ask for ${inWords(wanted)}`);
      // Others may be read where only this one is gone, or too long.
      if (!isOfOne(error)) break;
    }
  }
  return bounded(taken, about);
}

function inWords(names: ReadonlySet<string>): string {
  const more = names.size - MOST_SAID;
  return [...names].slice(0, MOST_SAID).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function isOfOne(error: unknown): boolean {
  return error instanceof ProgramFailed && (error.fault === 'too long' || error.complaint.includes('does not exist'));
}

/** The small ones are kept whole. */
function bounded(sets: readonly SavedSet[], about: readonly string[]): readonly SavedSet[] {
  let room = MOST_ENTRIES;
  const bySize = sets.toSorted((one, other) => one.entries.length - other.entries.length);
  return bySize.map((set) => {
    const kept = linesOf(set.entries).length <= room ? set : cutDown(set, about, room);
    room -= linesOf(kept.entries).length;
    return kept;
  });
}

/** A set as it was printed, without what people wrote beside its entries and what was counted. */
export function setIn(printed: string, name: string): SavedSet {
  const [create, add] = [`create ${name} `, `add ${name} `];
  const lines = printed.split('\n');
  const after = (start: string) =>
    lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
  const entries = after(add).map((line) => line.replace(BESIDE, ''));
  return { name, header: after(create)[0] ?? '', entries: entries.join('\n') };
}

const BESIDE = / packets \d+ bytes \d+| comment "[^"]*"| skb(?:mark|prio|queue) \S+/g;

/** Of a set that is too large, the entries that hold one of these addresses, or a part of them; none where these are too many still. */
export function cutDown(set: SavedSet, about: readonly string[], most: number): SavedSet {
  const ranges = about.flatMap((one) => parseRange(one) ?? []);
  const netmask = / netmask (\S+)/.exec(set.header)?.[1];
  const places = (readSet(set)?.parts ?? []).flatMap((part, at) => (isAddress(part) ? [at] : []));
  const lines = linesOf(set.entries);
  const kept = lines.filter((line) => places.some((at) => overlaps(rangeIn(line, at, netmask), ranges)));
  const isFew = kept.length <= most;
  return {
    ...set,
    entries: isFew ? kept.join('\n') : '',
    about: isFew ? about : [],
    left: lines.length - (isFew ? kept.length : 0),
  };
}

function overlaps(one: IpRange | undefined, ranges: readonly IpRange[]): boolean {
  return (
    one !== undefined &&
    ranges.some(({ family, low, high }) => family === one.family && low <= one.high && high >= one.low)
  );
}
