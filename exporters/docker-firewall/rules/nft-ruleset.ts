import type { NftRuleset } from '../snapshot.ts';
import { getOrMake } from './get-or-make.ts';
import type { Action, Base, Chain, Hook, Rule, TableFamily, Test } from './model.ts';
import { type Json, listOf, numberOf, objectOf, textOf } from './nft-json.ts';
import type { Names } from './nft-maps.ts';
import { compileStatement } from './nft-statements.ts';
import { expressionText, nftRuleText } from './nft-text.ts';
import { MAYBE } from './packet.ts';

interface Table {
  readonly chains: Map<string, Chain>;
  readonly elements: Map<string, readonly unknown[]>;
  readonly rules: Map<string, Json[]>;
}

/** The flags of a table (`nft_table_flags`, include/uapi/linux/netfilter/nf_tables.h). */
const FLAGS = new Set(['dormant', 'owner', 'persist']);

/** nft 1.0.6 prints, in place of a table's flags, whatever its memory holds: then the kernel may not call its chains. */
const MAY_BE_DORMANT: Rule = {
  text: 'the flags of its table',
  tests: [{ holds: () => MAYBE, what: 'whether its table is dormant, which this version of nft misprints' }],
  actions: [{ do: 'accept' }],
};

/** Reads `nft -j list ruleset` into chains; rules are compiled when first asked for. */
export function parseNftRuleset({ nftables }: NftRuleset): Chain[] {
  const tables = new Map<string, Table>();
  const dormant = new Set<string>();
  const misprinted = new Set<string>();
  const tableOf = (object: Json) =>
    getOrMake(
      tables,
      `${textOf(object.family)} ${textOf(object.table)}`,
      (): Table => ({
        chains: new Map(),
        elements: new Map(),
        rules: new Map(),
      }),
    );
  for (const entry of nftables) {
    const table = objectOf(entry.table);
    const flags = [table?.flags ?? []].flat();
    const flagged = `${textOf(table?.family)} ${textOf(table?.name)}`;
    if (flags.includes('dormant')) dormant.add(flagged);
    else if (!flags.every((flag) => FLAGS.has(String(flag)))) misprinted.add(flagged);
    const chain = objectOf(entry.chain);
    const rule = objectOf(entry.rule);
    const set = objectOf(entry.set) ?? objectOf(entry.map);
    if (rule !== undefined) getOrMake(tableOf(rule).rules, textOf(rule.chain) ?? '', (): Json[] => []).push(rule);
    if (set !== undefined) tableOf(set).elements.set(textOf(set.name) ?? '', listOf(set.elem));
    if (chain !== undefined)
      tableOf(chain).chains.set(textOf(chain.name) ?? '', chainOf(chain, tableOf(chain), misprinted));
  }
  // The kernel does not call the chains of a table that is dormant.
  return [...tables].filter(([name]) => !dormant.has(name)).flatMap(([, { chains }]) => [...chains.values()]);
}

function chainOf(json: Json, table: Table, misprinted: ReadonlySet<string>): Chain {
  const name = textOf(json.name) ?? '';
  const names: Names = {
    chain: (wanted) => table.chains.get(wanted),
    elements: (wanted) => table.elements.get(wanted),
  };
  let rules: readonly Rule[] | undefined;
  const printed = () => table.rules.get(name) ?? [];
  const base = baseOf(json);
  const isMisprinted = base !== undefined && misprinted.has(`${textOf(json.family)} ${textOf(json.table)}`);
  return {
    backend: 'native',
    family: (textOf(json.family) ?? 'inet') as TableFamily,
    table: textOf(json.table) ?? '',
    name,
    rules: () =>
      (rules ??= [...(isMisprinted ? [MAY_BE_DORMANT] : []), ...printed().map((rule) => compileNftRule(rule, names))]),
    lines: () => printed().map((rule) => nftRuleText(listOf(rule.expr), textOf(rule.comment))),
    ...(base && { base }),
  };
}

function baseOf(json: Json): Base | undefined {
  const hook = textOf(json.hook);
  if (hook === undefined) return undefined;
  const device = json.dev ?? json.devices;
  const type = textOf(json.type);
  return {
    hook: hook as Hook,
    priority: numberOf(json.prio) ?? 0,
    type: type === 'nat' || type === 'route' ? type : 'filter',
    policy: json.policy === 'drop' ? 'drop' : 'accept',
    devices: typeof device === 'string' ? [device] : listOf(device).map(String),
  };
}

function compileNftRule(json: Json, names: Names): Rule {
  const tests: Test[] = [];
  const actions: Action[] = [];
  let packets: number | undefined;
  for (const statement of listOf(json.expr)) {
    packets ??= numberOf(objectOf(objectOf(statement)?.counter)?.packets);
    const compiled = compileStatement(statement, names);
    if (compiled === undefined) continue;
    if ('do' in compiled) actions.push(compiled);
    else if (actions.length === 0) tests.push(compiled);
    // What was done before a condition stays done when it does not hold.
    else actions.push({ do: 'test', test: compiled });
  }
  const handle = numberOf(json.handle);
  return {
    text: nftRuleText(listOf(json.expr), textOf(json.comment)),
    tests,
    actions,
    ...(packets !== undefined && { packets }),
    ...(handle !== undefined && { handle }),
  };
}

/** The elements of a set or the keys of a map, as nft prints them. */
export function elementTexts(set: unknown): string[] {
  return listOf(objectOf(set)?.elem).map((one) => expressionText(Array.isArray(one) ? one[0] : one));
}
