import { createHash } from 'node:crypto';
import type { Snapshot } from './snapshot.ts';

export type Backend = 'legacy' | 'nft_compat' | 'nft_native';
export type Family = 'ip' | 'ip6' | 'inet';

/** As a chain names its backend. */
export const CHAINS_BACKEND = { legacy: 'legacy', nft_compat: 'nft', nft_native: 'native' } as const;

/** What stands in one backend of the firewall for one family of addresses. */
export interface Ruleset {
  readonly backend: Backend;
  readonly family: Family;
  readonly rules: number;
  readonly dockerRules: number;
  /** Whether forwarded packets that no rule accepts are dropped. */
  readonly dropsForwarded: boolean;
  /** How many it has dropped, where the kernel counts them. */
  readonly dropped?: number;
}

const SAVES = [
  { part: 'legacy4', backend: 'legacy', family: 'ip' },
  { part: 'legacy6', backend: 'legacy', family: 'ip6' },
  { part: 'nft4', backend: 'nft_compat', family: 'ip' },
  { part: 'nft6', backend: 'nft_compat', family: 'ip6' },
] as const;

/** Docker's chains, and the names that it gives to bridges. */
const DOCKERS = /^-A DOCKER|-[jg] DOCKER|-[io] (?:docker0|docker_gwbridge|br-[\da-f]{12})\b/;

/** What stands in each backend, also where that is nothing; those that could not be read are left out. */
export function rulesetsOf(snapshot: Snapshot): Ruleset[] {
  const missing = new Set(snapshot.missing.map(({ part }) => part));
  const saved = SAVES.filter(({ part }) => !missing.has(part)).map(({ part, backend, family }) =>
    ofSave(snapshot.rules[part] ?? '', backend, family),
  );
  return [...saved, ...ofNative(snapshot)];
}

function ofSave(text: string, backend: Backend, family: Family): Ruleset {
  const rules = text.split('\n').map((line) => line.replace(/^\[\d+:\d+\] /, ''));
  const filter = /^\*filter$(?:.|\n)*?^COMMIT$/m.exec(text)?.[0] ?? '';
  const [, policy, packets] = /^:FORWARD (\w+) \[(\d+):/m.exec(filter) ?? [];
  const own = rules.filter((line) => line.startsWith('-A '));
  return {
    backend,
    family,
    rules: own.length,
    dockerRules: own.filter((line) => DOCKERS.test(line)).length,
    dropsForwarded: policy === 'DROP',
    dropped: policy === 'DROP' ? Number(packets) : 0,
  };
}

interface NftEntry {
  readonly family?: string;
  readonly table?: string;
  readonly hook?: string;
  readonly policy?: string;
}

/** Tables of nftables that iptables-nft does not look after. */
function ofNative(snapshot: Snapshot): Ruleset[] {
  if (snapshot.nft === undefined) return [];
  const compat = new Set([...tablesIn(snapshot.rules.nft4, 'ip'), ...tablesIn(snapshot.rules.nft6, 'ip6')]);
  const entries = (key: 'rule' | 'chain', family: Family): NftEntry[] =>
    (snapshot.nft?.nftables ?? [])
      .map((one) => (one[key] ?? {}) as NftEntry)
      .filter((one) => one.family === family && !compat.has(`${one.family} ${one.table}`));
  return (['ip', 'ip6', 'inet'] as const).map((family) => {
    const rules = entries('rule', family);
    return {
      backend: 'nft_native',
      family,
      rules: rules.length,
      dockerRules: rules.filter(({ table }) => table === 'docker-bridges').length,
      dropsForwarded: entries('chain', family).some(({ hook, policy }) => hook === 'forward' && policy === 'drop'),
    };
  });
}

function tablesIn(save: string | undefined, family: Family): string[] {
  return [...(save ?? '').matchAll(/^\*(\S+)$/gm)].map(([, table]) => `${family} ${table}`);
}

/** A short hash of the rules of each backend, the same as long as no rule, set or policy is another; counters and handles do not count. */
export function rulesetHashes(snapshot: Snapshot): Partial<Record<Backend, string>> {
  const { legacy4, legacy6, nft4, nft6 } = snapshot.rules;
  const unread = (...parts: string[]) => snapshot.missing.some(({ part }) => parts.includes(part));
  return {
    ...(!unread('legacy4', 'legacy6') && { legacy: hashOf(`${bare(legacy4)}\n${bare(legacy6)}`) }),
    ...(!unread('nft4', 'nft6') && { nft_compat: hashOf(`${bare(nft4)}\n${bare(nft6)}`) }),
    ...(snapshot.nft !== undefined && { nft_native: hashOf(nativeText(snapshot)) }),
  };
}

function bare(save = ''): string {
  return save.replace(/^#.*\n?/gm, '').replace(/\[\d+:\d+\] ?/g, '');
}

/** Elements come and go in sets that rules fill; what a set is made of stays. */
function nativeText(snapshot: Snapshot): string {
  const compat = new Set([...tablesIn(snapshot.rules.nft4, 'ip'), ...tablesIn(snapshot.rules.nft6, 'ip6')]);
  const own = (snapshot.nft?.nftables ?? []).filter((entry) => {
    const [, value] = Object.entries(entry)[0] ?? [];
    const { family, table, name } = (value ?? {}) as { family?: string; table?: string; name?: string };
    return entry.metainfo === undefined && !compat.has(`${family} ${entry.table === undefined ? table : name}`);
  });
  const moving = new Set(['handle', 'packets', 'bytes', 'elem', 'index']);
  return JSON.stringify(own, (key, value) => (moving.has(key) ? undefined : value));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
