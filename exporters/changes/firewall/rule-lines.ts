import { RESTLESS_CHAIN } from '../../../model/restless-chains.ts';

/** Not for a coarse view. Docker's users own DOCKER-USER. */
const DOCKERS = /^DOCKER(?!-USER)/;
const NUMBERS = /\s*\[\d+:\d+\]|counter packets \d+ bytes \d+|\s*# handle \d+/g;
/** A container that speaks to itself through its published port. */
const HAIRPIN = /(?:-s (\S+) -d \1|saddr (\S+) ip6? daddr \2)(?=\s)/;
const LONGEST = 200;

/** The rules out of iptables-save(8) or `nft list ruleset`, a line each, without counters, handles, what sets hold and what changes all the time. */
export function ruleLines(text: string): string[] {
  const lines: string[] = [];
  const inside: string[] = [];
  let inElements = false;
  for (const raw of text.split('\n')) {
    const line = raw.replace(NUMBERS, (found) => (found.startsWith('counter') ? 'counter' : '')).trim();
    if (inElements || /^elements = \{/.test(line)) {
      inElements = !line.endsWith('}');
      continue;
    }
    if (line === '' || line.startsWith('#') || line === 'COMMIT') continue;
    // nft writes `table ip filter {`, `chain INPUT {`; iptables-save names the chain on each line.
    const opened = /^(?:table|chain|set|map) .*\{$/.test(line) ? /(\S+) \{$/.exec(line)?.[1] : undefined;
    const chain = opened ?? /^(?:-A|:)\s*(\S+)/.exec(line)?.[1] ?? inside.at(-1) ?? '';
    if (opened !== undefined) inside.push(opened);
    else if (line === '}') inside.pop();
    const isRule = opened === undefined && line !== '}';
    if (isRule && (DOCKERS.test(chain) || RESTLESS_CHAIN.test(chain)) && !line.startsWith(':DOCKER')) continue;
    if (HAIRPIN.test(line)) continue;
    lines.push(line.slice(0, LONGEST));
  }
  return lines;
}

/** What one list has more and less than another, a line each: `- …` and `+ …`, at most `limit` of them. */
export function differenceInLines(before: readonly string[], after: readonly string[], limit: number): string[] {
  const gone = without(before, after).map((line) => `- ${line}`);
  const come = without(after, before).map((line) => `+ ${line}`);
  const all = [...gone, ...come];
  if (all.length === 0) return ['the same rules in another order'];
  return all.length <= limit ? all : [...all.slice(0, limit), `… and ${all.length - limit} lines more`];
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
