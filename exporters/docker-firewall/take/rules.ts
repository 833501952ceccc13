import { readFile } from 'node:fs/promises';
import { messageOf } from '../../../model/errors.ts';
import { ProgramFailed } from '../../../programs/run-program.ts';
import type { NftRuleset, Snapshot, SnapshotPart } from '../snapshot.ts';
import { runBriefly } from './run-briefly.ts';

const COMPAT_TABLES: ReadonlySet<unknown> = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);

/** Told what could not be read, and why. */
export type Miss = (part: SnapshotPart, why: string) => void;

/** The rules of every backend, with counters. */
export async function takeRules(signal: AbortSignal, miss: Miss): Promise<Pick<Snapshot, 'rules' | 'nft'>> {
  const save = async (part: keyof Snapshot['rules'], program: string, mayLack = async () => false) => {
    try {
      return { [part]: await runBriefly([program, '-c'], signal) };
    } catch (error) {
      const isAbsent = error instanceof ProgramFailed && error.fault === 'absent';
      if (!isAbsent || !(await mayLack())) miss(part, messageOf(error));
      return {};
    }
  };
  const legacy = async (part: 'legacy4' | 'legacy6', tables: string, program: string) =>
    (await hasTables(tables, (why) => miss(part, why))) ? save(part, program) : {};
  const native = takeNft(signal, miss);
  // Docker can do without iptables by now. Where it is not installed, nft knows whether there is anything that it would have printed.
  const compat = (part: 'nft4' | 'nft6', family: string, program: string) =>
    save(part, program, async () => !hasCompatTables(await native, family));
  const [legacy4, legacy6, nft4, nft6, nft] = await Promise.all([
    legacy('legacy4', '/proc/net/ip_tables_names', 'iptables-legacy-save'),
    legacy('legacy6', '/proc/net/ip6_tables_names', 'ip6tables-legacy-save'),
    compat('nft4', 'ip', 'iptables-nft-save'),
    compat('nft6', 'ip6', 'ip6tables-nft-save'),
    native,
  ]);
  return { rules: { ...legacy4, ...legacy6, ...nft4, ...nft6 }, ...(nft !== undefined && { nft }) };
}

/** Whether nftables has a table that iptables-nft looks after; also when that is not known. */
function hasCompatTables(nft: NftRuleset | undefined, family: string): boolean {
  if (nft === undefined) return true;
  const tables = nft.nftables.map((one) => (one.table ?? {}) as { readonly family?: unknown; readonly name?: unknown });
  return tables.some((one) => one.family === family && COMPAT_TABLES.has(one.name));
}

/** Asks the kernel, not the program: a legacy program may create the tables that it lists. */
async function hasTables(path: string, miss: (why: string) => void): Promise<boolean> {
  try {
    return (await readFile(path, 'utf8')).trim() !== '';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') miss(code === 'EACCES' ? `${path} may not be read: it needs root` : message);
    return false;
  }
}

async function takeNft(signal: AbortSignal, miss: Miss): Promise<NftRuleset | undefined> {
  try {
    const read = JSON.parse(await runBriefly(['nft', '-j', 'list', 'ruleset'], signal)) as { nftables?: unknown };
    if (Array.isArray(read.nftables)) return withDevices({ nftables: read.nftables }, signal);
    miss('nft', 'nft -j list ruleset printed no list named nftables');
  } catch (error) {
    const isNoJson = error instanceof SyntaxError;
    miss('nft', isNoJson ? 'nft -j list ruleset printed something that is no JSON' : messageOf(error));
  }
  return undefined;
}

interface PrintedChain {
  readonly family?: unknown;
  readonly table?: unknown;
  readonly name?: unknown;
  readonly hook?: unknown;
  readonly dev?: unknown;
}

/** Before 1.0.7 nft's JSON does not say which interfaces such a chain is for, and its plain text does. */
async function withDevices(ruleset: NftRuleset, signal: AbortSignal): Promise<NftRuleset> {
  const lacks = (chain: PrintedChain) =>
    (chain.hook === 'ingress' || chain.hook === 'egress') && chain.dev === undefined;
  if (!ruleset.nftables.some(({ chain }) => lacks((chain ?? {}) as PrintedChain))) return ruleset;
  const found = devicesIn(await runBriefly(['nft', 'list', 'chains'], signal));
  return {
    nftables: ruleset.nftables.map((entry) => {
      const chain = (entry.chain ?? {}) as PrintedChain;
      const dev = lacks(chain) ? found.get(`${chain.family} ${chain.table} ${chain.name}`) : undefined;
      return dev === undefined ? entry : { ...entry, chain: { ...chain, dev } };
    }),
  };
}

/** The interfaces of chains, by family, table and name, as `nft list chains` prints them. */
export function devicesIn(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  let table = '';
  let chain = '';
  for (const line of text.split('\n')) {
    table = /^table (\S+ \S+) \{/.exec(line)?.[1] ?? table;
    chain = /^\s+chain (\S+) \{/.exec(line)?.[1] ?? chain;
    const [, list] = /hook (?:ingress|egress) devices? (?:= )?(\{[^}]*\}|"[^"]*")/.exec(line) ?? [];
    if (list !== undefined) found.set(`${table} ${chain}`, list.match(/[^\s"{},]+/g) ?? []);
  }
  return found;
}
