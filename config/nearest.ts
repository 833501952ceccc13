import { distance } from 'fastest-levenshtein';
import { SYNONYMS } from './synonyms.ts';

/** The right word that a wrong one was probably meant to be: a typo, or another tool's word for it; undefined when there is none. */
export function nearest(
  wrong: string,
  right: Iterable<string>,
  synonyms: Readonly<Record<string, string>> = SYNONYMS,
): string | undefined {
  const words = [...right];
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(Math.min(wrong.length, 12) / 3)) + 0.5;
  const lower = wrong.slice(0, 100).toLowerCase();
  for (const candidate of words) {
    const away = differences(lower, candidate.toLowerCase());
    if (away < bestDistance) [best, bestDistance] = [candidate, away];
  }
  const meant = Object.hasOwn(synonyms, lower) ? synonyms[lower] : undefined;
  return best ?? (meant !== undefined && words.includes(meant) ? meant : undefined);
}

/** Edits from one word to the other; letters in another order count as one. */
function differences(a: string, b: string): number {
  const edits = distance(a, b);
  return edits === 2 && a.length === b.length && [...a].sort().join() === [...b].sort().join() ? 1 : edits;
}

/** `a, b or c`, at most `limit` of them. */
export function orList(words: readonly string[], limit = 16): string {
  if (words.length > limit) return `${words.slice(0, limit).join(', ')}, …`;
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
