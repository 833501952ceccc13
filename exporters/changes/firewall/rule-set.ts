import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { findProgram } from '../../../programs/find-program.ts';
import { runProgram } from '../../../programs/run-program.ts';
import type { Machine } from '../machine.ts';
import { ruleLines } from './rule-lines.ts';

/** More than this is not kept for comparison line by line. */
const MOST_LINES = 20_000;

/** The rules of every backend that holds some, in a line each; undefined without the right, or without a program, to read them. */
export async function readRuleSet(machine: Machine, signal: AbortSignal): Promise<string[] | undefined> {
  const texts: string[] = [];
  const modern = await modernRules(machine, signal);
  if (modern !== undefined) texts.push(...modern);
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
  return lines;
}

/** nf_tables, which holds what iptables-nft writes too. */
async function modernRules(machine: Machine, signal: AbortSignal): Promise<string[] | undefined> {
  const nft = await findProgram('nft', machine.path);
  if (nft !== undefined)
    return runProgram([nft, '--stateless', 'list', 'ruleset'], { signal }).then(
      (text) => [text],
      () => undefined,
    );
  const saves = await Promise.all(
    ['iptables-nft-save', 'ip6tables-nft-save'].map((name) => findProgram(name, machine.path)),
  );
  const found = saves.filter((one) => one !== undefined);
  if (found.length === 0) return undefined;
  return Promise.all(found.map((save) => runProgram([save], { signal }))).catch(() => undefined);
}
