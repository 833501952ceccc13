import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { findProgram } from '../../../programs/find-program.ts';
import { runProgram } from '../../../programs/run-program.ts';
import type { Machine } from '../machine.ts';
import { ruleLines } from './rule-lines.ts';

/** More than this is not kept for comparison line by line. */
const MOST_LINES = 20_000;

/** The rules of every backend that holds some, in a line each. */
export interface RuleSet {
  /** Which program told of nf_tables: another writes the same rules in other words. */
  readonly reader: string;
  readonly lines: readonly string[];
}

/** Undefined without the right, or without a program, to read them. */
export async function readRuleSet(machine: Machine, signal: AbortSignal): Promise<RuleSet | undefined> {
  const modern = await modernRules(machine, signal);
  const texts = [...(modern?.texts ?? [])];
  for (const family of ['ip', 'ip6'] as const) {
    // To run the old program where no table is loaded would load one.
    const tables = await readFile(join(machine.root, `proc/self/net/${family}_tables_names`), 'utf8').catch(() => '');
    const save = await findProgram(`${family}tables-legacy-save`, machine.path);
    if (tables.trim() !== '' && save !== undefined) texts.push(await runProgram([save], { signal }));
  }
  if (modern === undefined && texts.length === 0) return undefined;
  const lines: string[] = [];
  for (const text of texts) {
    lines.push(...ruleLines(text).slice(0, MOST_LINES));
    await setImmediate();
  }
  return { reader: modern?.reader ?? 'none', lines };
}

/** nf_tables, which holds what iptables-nft writes too. */
async function modernRules(
  machine: Machine,
  signal: AbortSignal,
): Promise<{ readonly reader: string; readonly texts: readonly string[] } | undefined> {
  const nft = await findProgram('nft', machine.path);
  if (nft !== undefined)
    return runProgram([nft, '--stateless', 'list', 'ruleset'], { signal }).then(
      (text) => ({ reader: 'nft', texts: [text] }),
      () => undefined,
    );
  const saves = await Promise.all(
    ['iptables-nft-save', 'ip6tables-nft-save'].map((name) => findProgram(name, machine.path)),
  );
  const found = saves.filter((one) => one !== undefined);
  if (found.length === 0) return undefined;
  return Promise.all(found.map((save) => runProgram([save], { signal }))).then(
    (texts) => ({ reader: 'iptables-nft-save', texts }),
    () => undefined,
  );
}
