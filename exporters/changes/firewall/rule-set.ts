import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Machine } from '../machine.ts';
import { findProgram, outputOf } from '../program.ts';
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
    const save = await findProgram(machine, `${family}tables-legacy-save`);
    if (tables.trim() !== '' && save !== undefined) texts.push(await outputOf(save, [], signal));
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
  const nft = await findProgram(machine, 'nft');
  if (nft !== undefined)
    return outputOf(nft, ['--stateless', 'list', 'ruleset'], signal).then(
      (text) => [text],
      () => undefined,
    );
  const saves = await Promise.all(
    ['iptables-nft-save', 'ip6tables-nft-save'].map((name) => findProgram(machine, name)),
  );
  const found = saves.filter((one) => one !== undefined);
  if (found.length === 0) return undefined;
  return Promise.all(found.map((save) => outputOf(save, [], signal))).catch(() => undefined);
}
