import type { Ip } from './addresses.ts';
import type { Packet, Tri, World } from './packet.ts';

/** Who holds a rule: the old xtables, iptables over nf_tables, or nf_tables itself. */
export type Backend = 'legacy' | 'nft' | 'native';

export type TableFamily = 'ip' | 'ip6' | 'inet' | 'bridge' | 'netdev' | 'arp';

/** One condition of a rule. */
export interface Test {
  readonly holds: (packet: Packet, world: World) => Tri;
  /** In words, for a verdict that hangs on it: `-m string`. */
  readonly what: string;
  /** The same, where the host has more to say of it. */
  readonly doubt?: (world: World) => string;
  /** It asks for interfaces and the protocol alone, so that many packets may be answered at once. */
  readonly isCoarse?: boolean;
}

/** Where a rule sends a connection. */
export interface Target {
  readonly ip?: Ip;
  readonly port?: number;
}

/** What a rule does. */
export type Action =
  | { readonly do: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly do: 'jump' | 'goto'; readonly chain: Chain | undefined }
  /** Undefined where the packet has not what it needs: then the rule ends there. */
  | { readonly do: 'change'; readonly change: (packet: Packet, world: World) => Packet | undefined }
  /** A target that is undefined cannot be told; null where the rule is for none such, and ends. */
  | {
      readonly do: 'dnat' | 'snat';
      readonly target: (packet: Packet, world: World) => Target | undefined | null;
      /** Rewrites to this host itself, or to the address of the interface it leaves by. */
      readonly own?: boolean;
    }
  /** A further condition, after something was done. */
  | { readonly do: 'test'; readonly test: Test }
  /** What is looked up in a map by the packet: nothing, or one of several where the packet does not tell. */
  | {
      readonly do: 'choose';
      readonly choose: (packet: Packet, world: World) => readonly Action[];
      readonly what: string;
    }
  /** It may let the packet go on, end it, or change it. */
  | { readonly do: 'unmodelled'; readonly what: string };

/** One rule, as its program prints it. */
export interface Rule {
  readonly text: string;
  /** Packets that met it, where they are counted. */
  readonly packets?: number;
  readonly tests: readonly Test[];
  readonly actions: readonly Action[];
  /** nf_tables' number of it, by which it can be deleted. */
  readonly handle?: number;
}

/** A list of rules. */
export interface Chain {
  readonly backend: Backend;
  readonly family: TableFamily;
  readonly table: string;
  readonly name: string;
  /** Compiled when first asked for: most chains of most machines are never walked. */
  readonly rules: () => readonly Rule[];
  /** The same, as text alone. */
  readonly lines: () => readonly string[];
  /** Where the kernel itself calls it; absent for a chain that only rules jump to. */
  readonly base?: Base;
}

export type Hook = 'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'egress';

export interface Base {
  readonly hook: Hook;
  readonly priority: number;
  readonly type: 'filter' | 'nat' | 'route';
  readonly policy: 'accept' | 'drop';
  readonly policyPackets?: number;
  /** Of netdev chains: the interfaces it is for; empty when the program did not say. */
  readonly devices?: readonly string[];
}

/** What decided: a rule, or a chain's policy. */
export interface Decision {
  readonly chain: Chain;
  /** Absent when it was the policy. */
  readonly rule?: Rule;
}

/** A decision as it is shown: backend, table, chain, and the rule or policy. */
export function describeDecision({ chain, rule }: Decision): string {
  const place = placeOf(chain);
  return rule === undefined
    ? `${place} policy ${(chain.base?.policy ?? 'accept').toUpperCase()}`
    : `${place}: ${rule.text}`;
}

/** The packets that a decision's rule or policy has counted. */
export function packetsOf({ chain, rule }: Decision): number | undefined {
  return rule === undefined ? chain.base?.policyPackets : rule.packets;
}

/** Backend, table and chain: `legacy filter FORWARD`, `native inet firewalld filter_FORWARD`. */
export function placeOf(chain: Chain): string {
  const family = chain.backend === 'native' ? `${chain.family} ` : chain.family === 'ip6' ? 'ip6 ' : '';
  return `${chain.backend} ${family}${chain.table} ${chain.name}`;
}
