/** The most steps that an expression takes on a text, as far as that can be bounded cheaply. */
export type CostBound = (text: string) => number;

/** Optional parts double the ways to match; beyond these few that is no longer nothing. */
const MOST_OPTIONAL = 6;

/**
 * Bounds what an expression (without flags, or with `u`) can cost, from its source alone: where it may begin, times how far each repetition without an end
 * may reach. Undefined where it may be worse than that: repeated groups, looking back at what was matched, counted repetition.
 */
export function costBound(source: string): CostBound | undefined {
  // What is escaped, or stands in a class, is one character or none; what matters is what stands between.
  const bare = source
    .replace(/\\(?:k<[^>]*>|[1-9]\d*)/g, '{')
    .replace(/\\(?:[pPu]\{[^}]*\}|.)/gsu, 'x')
    .replace(/\[[^\]]*\]/g, 'x');
  if (/\)[*+?]|\{/.test(bare)) return undefined;
  if ((bare.match(/[^(*+?]\?/g) ?? []).length > MOST_OPTIONAL) return undefined;
  const repeated = bare.match(/.[*+]/gs) ?? [];
  const withinLine = !/\(\?[a-z]*s/.test(bare) && repeated.every((one) => one.startsWith('.'));
  const alternatives = bare.includes('|');
  const anchored = !alternatives && source.startsWith('^');
  const [, prefix = ''] = (!alternatives && /^([\w <>="'/:,;!-]+)(?![*+?])/.exec(source)) || [];
  return (text) => {
    const starts = anchored ? 1 : prefix === '' ? text.length : occurrences(text, prefix);
    const reach = repeated.length === 0 ? 1 : withinLine ? longestLine(text) : text.length;
    return text.length + starts * (reach + 1) ** repeated.length;
  };
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count++;
  return count;
}

function longestLine(text: string): number {
  let longest = 0;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    longest = Math.max(longest, end - start);
    start = end + 1;
  }
  return Math.max(longest, text.length - start);
}
