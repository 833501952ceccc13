import { readFile } from 'node:fs/promises';
import type { NftRuleset, Snapshot, SnapshotPart } from '../snapshot.ts';
import { runProgram } from './run-program.ts';

/** Told what could not be read, and why. */
export type Miss = (part: SnapshotPart, why: string) => void;

/** The rules of every backend, with counters. */
export async function takeRules(signal: AbortSignal, miss: Miss): Promise<Pick<Snapshot, 'rules' | 'nft'>> {
  const save = async (part: keyof Snapshot['rules'], program: string) => {
    const printed = await runProgram([program, '-c'], signal);
    if (printed.why === undefined) return { [part]: printed.text };
    miss(part, printed.why);
    return {};
  };
  const legacy = async (part: 'legacy4' | 'legacy6', tables: string, program: string) =>
    (await hasTables(tables, (why) => miss(part, why))) ? save(part, program) : {};
  const [legacy4, legacy6, nft4, nft6, nft] = await Promise.all([
    legacy('legacy4', '/proc/net/ip_tables_names', 'iptables-legacy-save'),
    legacy('legacy6', '/proc/net/ip6_tables_names', 'ip6tables-legacy-save'),
    save('nft4', 'iptables-nft-save'),
    save('nft6', 'ip6tables-nft-save'),
    takeNft(signal, miss),
  ]);
  return { rules: { ...legacy4, ...legacy6, ...nft4, ...nft6 }, ...(nft !== undefined && { nft }) };
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
  const printed = await runProgram(['nft', '-j', 'list', 'ruleset'], signal);
  if (printed.why !== undefined) {
    miss('nft', printed.why);
    return undefined;
  }
  try {
    const read = JSON.parse(printed.text) as { nftables?: unknown };
    if (Array.isArray(read.nftables)) return { nftables: read.nftables };
    miss('nft', 'nft -j list ruleset printed no list named nftables');
  } catch {
    miss('nft', 'nft -j list ruleset printed something that is no JSON');
  }
  return undefined;
}
