import { getOrMake } from './get-or-make.ts';
import type { Backend, Base, Chain, Rule } from './model.ts';
import { compileSaveRule } from './save-rule.ts';

/** Where the kernel calls iptables' own chains: `include/uapi/linux/netfilter_ipv4.h`, `enum nf_ip_hook_priorities`. */
const PRIORITIES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  raw: { PREROUTING: -300, OUTPUT: -300 },
  mangle: { PREROUTING: -150, INPUT: -150, FORWARD: -150, OUTPUT: -150, POSTROUTING: -150 },
  nat: { PREROUTING: -100, INPUT: 100, OUTPUT: -100, POSTROUTING: 100 },
  filter: { INPUT: 0, FORWARD: 0, OUTPUT: 0 },
  security: { INPUT: 50, FORWARD: 50, OUTPUT: 50 },
};

interface Draft {
  policy?: 'accept' | 'drop';
  policyPackets?: number;
  /** Lines as printed, with counters. */
  readonly lines: string[];
}

/** Reads what an iptables-save printed into chains; rules are compiled when first asked for. */
export function parseSaveText(text: string, backend: Backend, family: 'ip' | 'ip6'): Chain[] {
  const chains: Chain[] = [];
  let drafts = new Map<string, Draft>();
  let table = '';
  const finish = () => {
    chains.push(...chainsOf(drafts, { backend, family, table }));
    drafts = new Map();
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) {
      finish();
      table = line.slice(1).trim();
    } else if (line.startsWith(':')) {
      const [, name = '', policy, packets] = /^:(\S+) (\S+)(?: \[(\d+):\d+\])?/.exec(line) ?? [];
      drafts.set(name, {
        lines: [],
        ...((policy === 'DROP' || policy === 'ACCEPT') && { policy: policy === 'DROP' ? 'drop' : 'accept' }),
        ...(packets !== undefined && { policyPackets: Number(packets) }),
      });
    } else {
      const name = /^(?:\[\d+:\d+\] )?-A (\S+)/.exec(line)?.[1];
      if (name !== undefined) getOrMake(drafts, name, (): Draft => ({ lines: [] })).lines.push(line);
    }
  }
  finish();
  return chains;
}

/** Whether an iptables-save text holds that table. One that iptables-nft cannot read is missing in its text. */
export function holdsTable(text: string | undefined, table: string): boolean {
  return text !== undefined && new RegExp(`^\\*${table}$`, 'm').test(text);
}

function chainsOf(drafts: ReadonlyMap<string, Draft>, place: Pick<Chain, 'backend' | 'family' | 'table'>): Chain[] {
  const made = new Map<string, Chain>();
  for (const [name, draft] of drafts) {
    const base = baseOf(place.table, name, draft);
    let rules: readonly Rule[] | undefined;
    made.set(name, {
      ...place,
      name,
      lines: () => draft.lines.map(withoutCounter),
      rules: () => (rules ??= draft.lines.map((line) => compileSaveRule(line, place.family, (to) => made.get(to)))),
      ...(base && { base }),
    });
  }
  return [...made.values()];
}

function withoutCounter(line: string): string {
  return line.replace(/^\[\d+:\d+\] /, '');
}

function baseOf(table: string, name: string, draft: Draft): Base | undefined {
  const priority = PRIORITIES[table]?.[name];
  if (priority === undefined) return undefined;
  return {
    hook: name.toLowerCase() as Base['hook'],
    priority,
    type: table === 'nat' ? 'nat' : 'filter',
    policy: draft.policy ?? 'accept',
    ...(draft.policyPackets !== undefined && { policyPackets: draft.policyPackets }),
  };
}
