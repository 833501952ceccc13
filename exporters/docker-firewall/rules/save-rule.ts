import type { Chain, Rule, TableFamily, Test } from './model.ts';
import { MAYBE } from './packet.ts';
import { readMatch } from './save-matches.ts';
import { readTarget } from './save-targets.ts';

/** An option of a rule: `! --dport 80:90` is `{ name: '--dport', values: ['80:90'], negated: true }`. */
export interface SaveOption {
  readonly name: string;
  readonly values: readonly string[];
  readonly negated: boolean;
  /** The extension that it belongs to, as named by the last `-m`, `-p` or `-j`. */
  readonly module: string;
  /** Which of the rule's matches and targets it belongs to, counted from its beginning. */
  readonly match: number;
}

const WORD = /"((?:[^"\\]|\\.)*)"|(\S+)/g;
/** Matches that only say something to people. */
const SILENT = new Set(['comment']);
/** Matches that hold without an option of their own, and that we model by their options alone. */
const BY_OPTIONS = new Set([
  ...['tcp', 'udp', 'conntrack', 'state', 'multiport', 'addrtype', 'mark', 'connmark', 'iprange', 'set', 'pkttype'],
  ...['physdev', 'owner', 'recent', 'hashlimit', 'connlimit', 'icmp', 'icmp6', 'ipv6header', 'sctp', 'dccp', 'limit'],
]);

/** Compiles one line of iptables-save, `[12:720] -A FORWARD -i docker0 -j ACCEPT`. What it does not know becomes a match that may hold. */
export function compileSaveRule(line: string, family: TableFamily, chainOf: (name: string) => Chain | undefined): Rule {
  const [, packets, text = line] = /^\[(\d+):\d+\] (.*)$/.exec(line) ?? [];
  const options = readOptions(text);
  const tests: Test[] = [];
  let jump: SaveOption | undefined;
  const targetOptions: SaveOption[] = [];
  for (const option of options) {
    if (option.name === '-A') continue;
    if (option.name === '-j' || option.name === '-g') jump = option;
    else if (jump !== undefined) targetOptions.push(option);
    else tests.push(...testsOf(option, options, family));
  }
  return {
    text,
    tests,
    actions: jump === undefined ? [] : readTarget(jump, targetOptions, chainOf),
    ...(packets !== undefined && { packets: Number(packets) }),
  };
}

function testsOf(option: SaveOption, options: readonly SaveOption[], family: TableFamily): Test[] {
  if (option.name !== '-m') {
    const test = SILENT.has(option.module) ? undefined : readMatch(option, options, family);
    return test === undefined ? [] : [test];
  }
  const module = option.values[0] ?? '';
  if (BY_OPTIONS.has(module) || SILENT.has(module)) return [];
  return [{ what: `-m ${module}`, holds: () => MAYBE }];
}

/** Splits a rule into its options, quotes and negations understood. */
export function readOptions(text: string): SaveOption[] {
  const options: { name: string; values: string[]; negated: boolean; module: string; match: number }[] = [];
  let negated = false;
  let module = '';
  let match = 0;
  for (const [, quoted, bare] of text.matchAll(WORD)) {
    const word = quoted === undefined ? (bare ?? '') : quoted.replaceAll(/\\(.)/g, '$1');
    const last = options.at(-1);
    if (quoted === undefined && word === '!') {
      negated = true;
    } else if (quoted === undefined && /^--?[a-zA-Z]/.test(word)) {
      if (['-m', '-j', '-g'].includes(word)) match++;
      options.push({ name: word, values: [], negated, module, match });
      negated = false;
    } else if (last !== undefined) {
      last.values.push(word);
      if (last.values.length === 1 && ['-m', '-j', '-g'].includes(last.name)) module = word;
    }
  }
  return options;
}
