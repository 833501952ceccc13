import type { Snapshot, SnapshotPart } from '../snapshot.ts';
import type { Family } from './addresses.ts';
import { getOrMake } from './get-or-make.ts';
import type { Base, Chain, Hook } from './model.ts';
import { elementTexts, parseNftRuleset } from './nft-ruleset.ts';
import { holdsTable, parseSaveText } from './save-text.ts';

/** A chain that the kernel itself calls. */
export type BaseChain = Chain & { readonly base: Base };

/** One place at a hook, in the kernel's order: a chain, conntrack's own look at the packet, or all chains that rewrite addresses. */
export type Stop =
  | { readonly at: number; readonly stop: 'chain'; readonly chain: BaseChain }
  | { readonly at: number; readonly stop: 'conntrack' }
  | { readonly at: number; readonly stop: 'nat'; readonly chains: readonly BaseChain[] };

/** Every chain of every backend of a snapshot. */
export interface Ruleset {
  readonly chains: readonly Chain[];
  /** What a packet of that family meets at a hook, in order. */
  readonly stopsAt: (family: Family, hook: Hook) => readonly Stop[];
  /** The same, with those of one priority together. */
  readonly turnsAt: (family: Family, hook: Hook) => readonly (readonly Stop[])[];
  /** The chains for frames that come in or leave by a bridge. */
  readonly bridgeChains: (hook: Hook) => readonly BaseChain[];
  /** Those of prerouting that br_netfilter leaves to be asked before the prerouting chains of addresses, and those after them. */
  readonly aroundPrerouting: () => readonly [readonly BaseChain[], readonly BaseChain[]];
  /** The chains that see what comes in by some interface before anything else does, or goes out after everything else. */
  readonly deviceChains: (family: Family, hook: 'ingress' | 'egress') => readonly BaseChain[];
  /** Texts in which addresses stand that rules go by: the rules themselves, and the elements of sets. */
  readonly named: () => readonly string[];
  /** Parts that could not be read and might hold rules for that family. */
  readonly unread: (family: Family) => readonly SnapshotPart[];
}

const COMPATIBLE = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);
/** `NF_IP_PRI_CONNTRACK`: chains before it see a packet that conntrack has not. */
const CONNTRACK = -200;
/** `NF_BR_PRI_BRNF` */
const BRIDGE_NETFILTER = 0;
/** Where the kernel rewrites addresses, whatever priority the chains name (`net/netfilter/nf_nat_proto.c`). */
const NAT: Readonly<Partial<Record<Hook, number>>> = { prerouting: -100, output: -100, input: 100, postrouting: 100 };

/** Reads all rules of a snapshot. Tables of iptables-nft are taken from its own text where it could print them. */
export function readRuleset(snapshot: Snapshot): Ruleset {
  const { legacy4, legacy6, nft4, nft6 } = snapshot.rules;
  const saved = { ip: nft4, ip6: nft6 };
  const native = snapshot.nft === undefined ? [] : parseNftRuleset(snapshot.nft);
  const chains = [
    ...parseSaveText(legacy4 ?? '', 'legacy', 'ip'),
    ...parseSaveText(legacy6 ?? '', 'legacy', 'ip6'),
    ...parseSaveText(nft4 ?? '', 'nft', 'ip'),
    ...parseSaveText(nft6 ?? '', 'nft', 'ip6'),
    ...native.filter(
      ({ family, table }) =>
        !((family === 'ip' || family === 'ip6') && COMPATIBLE.has(table) && holdsTable(saved[family], table)),
    ),
  ];
  const bases = chains.filter(isBase).toSorted((one, other) => one.base.priority - other.base.priority);
  const turns = new Map<string, readonly (readonly Stop[])[]>();
  const chosen = new Map<string, readonly BaseChain[]>();
  const turnsAt = (family: Family, hook: Hook) =>
    getOrMake(turns, `${family} ${hook}`, () => turnsOf(bases, family, hook));
  const bridgeChains = (hook: Hook) =>
    getOrMake(chosen, `bridge ${hook}`, () =>
      bases.filter(({ family, base }) => family === 'bridge' && base.hook === hook),
    );
  return {
    chains,
    stopsAt: (family, hook) => turnsAt(family, hook).flat(),
    turnsAt,
    bridgeChains,
    aroundPrerouting: () => {
      const here = bridgeChains('prerouting');
      // Of two at one priority the kernel asks first the one that came later: a table that is loaded while Docker runs.
      const late = here.findIndex(({ base }) => base.priority > BRIDGE_NETFILTER);
      return late < 0 ? [here, []] : [here.slice(0, late), here.slice(late)];
    },
    deviceChains: (family, hook) =>
      getOrMake(chosen, `${family} ${hook}`, () =>
        bases.filter(({ family: of, base }) => base.hook === hook && (of === 'netdev' || isFor(of, family))),
      ),
    named: () => [
      ...chains.flatMap((chain) => chain.lines()),
      ...(snapshot.nft?.nftables ?? []).flatMap(({ set, map }) => elementTexts(set ?? map)),
    ],
    unread: (family) => {
      const parts: readonly SnapshotPart[] = family === 4 ? ['legacy4', 'nft4', 'nft'] : ['legacy6', 'nft6', 'nft'];
      return parts.filter((part) => snapshot.missing.some((one) => one.part === part));
    },
  };
}

function isBase(chain: Chain): chain is BaseChain {
  return chain.base !== undefined;
}

function isFor(family: Chain['family'], of: Family): boolean {
  return family === 'inet' || family === (of === 4 ? 'ip' : 'ip6');
}

function turnsOf(bases: readonly BaseChain[], family: Family, hook: Hook): readonly (readonly Stop[])[] {
  const here = bases.filter((chain) => chain.base.hook === hook && isFor(chain.family, family));
  const stops: Stop[] = here
    .filter(({ base }) => base.type !== 'nat')
    .map((chain) => ({ at: chain.base.priority, stop: 'chain', chain }));
  const nat = NAT[hook];
  if (nat !== undefined) stops.push({ at: nat, stop: 'nat', chains: here.filter(({ base }) => base.type === 'nat') });
  if (hook === 'prerouting' || hook === 'output') stops.push({ at: CONNTRACK, stop: 'conntrack' });
  const byPriority = Map.groupBy(stops, ({ at }) => at);
  return [...byPriority].toSorted(([one], [other]) => one - other).map(([, together]) => together);
}
