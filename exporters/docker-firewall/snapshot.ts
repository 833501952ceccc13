import type { Instant } from '../../model/time.ts';

/**
 * What the kernel, Docker and the package manager said at one moment: everything that the evaluator knows. Plain JSON, as the
 * programs printed it, so that a file of it reproduces a report exactly (`signalbox firewall explain --replay`).
 */
export interface Snapshot {
  readonly version: 1;
  readonly at: Instant;
  readonly host: { readonly name: string; readonly kernel: string };
  /** What could not be read, and why: what depends on it is unknown. */
  readonly missing: readonly { readonly part: SnapshotPart; readonly why: string }[];
  /** What `iptables-legacy-save -c` and its relatives printed; absent where that backend has no tables or no program. */
  readonly rules: {
    readonly legacy4?: string;
    readonly legacy6?: string;
    /** Of iptables-nft: the tables in nf_tables that iptables itself manages. */
    readonly nft4?: string;
    readonly nft6?: string;
  };
  /** `nft -j list ruleset`, with counters. Holds iptables-nft's tables too, in its own form. */
  readonly nft?: NftRuleset;
  /** The sets of ipset that rules ask for or change; absent in older snapshots: what they hold is not known then. */
  readonly sets?: readonly SavedSet[];
  /** By dotted name, as `net.ipv4.ip_forward`: only those that exist. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** `ip -j -d link show`. */
  readonly links: readonly IpLink[];
  /** `ip -j address show`. */
  readonly addresses: readonly IpAddresses[];
  /** `ip -j -4 route show table all` and `-6`. */
  readonly routes4: readonly IpRoute[];
  readonly routes6: readonly IpRoute[];
  /** `ip -j -4 rule show` and `-6`: which packets ask which table of routes. Absent in older snapshots: all then ask the main one. */
  readonly policies4?: readonly IpPolicy[];
  readonly policies6?: readonly IpPolicy[];
  /** Absent when there is no Docker. */
  readonly docker?: DockerState;
  /** Every listening TCP and bound UDP socket. */
  readonly listeners: readonly Listener[];
  readonly packaging: Packaging;
}

export type SnapshotPart =
  | 'legacy4'
  | 'legacy6'
  | 'nft4'
  | 'nft6'
  | 'nft'
  | 'sets'
  | 'sysctls'
  | 'links'
  | 'routes'
  | 'docker'
  | 'listeners';

export interface NftRuleset {
  readonly nftables: readonly Readonly<Record<string, unknown>>[];
}

/** What `ipset save` printed of one set, without comments and counters. */
export interface SavedSet {
  readonly name: string;
  /** What its line `create` says after the name: `hash:net family inet hashsize 1024 maxelem 65536`. */
  readonly header: string;
  /** What its lines `add` say after the name, each on a line: `10.1.0.0/16 timeout 299 nomatch`. */
  readonly entries: string;
  /** Of a large set only the entries that concern these addresses are kept. */
  readonly about?: readonly string[];
  /** How many are not. */
  readonly left?: number;
}

export interface IpLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly operstate?: string;
  /** The bridge it is a port of. */
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string };
}

export interface IpAddresses {
  readonly ifname: string;
  readonly addr_info: readonly {
    readonly family: string;
    readonly local?: string;
    readonly prefixlen?: number;
    readonly scope?: string;
  }[];
}

export interface IpRoute {
  readonly dst: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly table?: string;
  readonly type?: string;
}

/** A rule of the routing policy, ip-rule(8). Numbers may be texts: `0x77`, `51820`. */
export interface IpPolicy {
  readonly priority: number;
  /** The table that is asked; absent for a rule that ends the way itself, as `blackhole`. */
  readonly table?: string;
  /** It holds for what does not match. */
  readonly not?: unknown;
  readonly src?: string;
  readonly srclen?: number;
  readonly dst?: string;
  readonly dstlen?: number;
  readonly iif?: string;
  readonly fwmark?: string;
  readonly fwmask?: string;
  /** A route found with a prefix this short, or shorter, does not count. */
  readonly suppress_prefixlen?: number;
}

/** What the Engine API answered, as it came but for environment variables, labels and commands, which may hold secrets and are left out. */
export interface DockerState {
  /** GET /version */
  readonly version: Readonly<Record<string, unknown>>;
  /** GET /info */
  readonly info: Readonly<Record<string, unknown>>;
  /** GET /containers/{id}/json of every running container. */
  readonly containers: readonly Readonly<Record<string, unknown>>[];
  /** GET /networks/{id} of every network. */
  readonly networks: readonly Readonly<Record<string, unknown>>[];
  /** What dockerd's command line and its daemon.json say of the firewall, where they could be read. */
  readonly settings?: DockerSettings;
}

/** Only what is set: Docker's own default holds where a field is absent. */
export interface DockerSettings {
  /** False: Docker writes no rules at all, on purpose. */
  readonly iptables?: boolean;
  readonly ip6tables?: boolean;
  readonly userlandProxy?: boolean;
  /** `iptables` or `nftables`. */
  readonly firewallBackend?: string;
}

export interface Listener {
  readonly proto: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** The program that holds it, where we may look: `docker-proxy`. */
  readonly program?: string;
}

/** Who brought Docker and the firewall's programs, and which backend each would use. */
export interface Packaging {
  /** What `iptables --version` says: `iptables v1.8.9 (nf_tables)`. */
  readonly iptablesVersion?: string;
  /** Where `iptables` leads in the end, as `/usr/sbin/xtables-nft-multi`. */
  readonly iptablesPath?: string;
  /** The executable of the running dockerd. */
  readonly dockerdPath?: string;
  readonly dockerdStartedAt?: Instant;
  /** Where `iptables` of dockerd's own PATH leads in the end; absent where that cannot be seen. */
  readonly dockerdIptablesPath?: string;
  /** Versions by package or snap: `docker.io`, `docker-ce`, `containerd.io`, `iptables`, `nftables`, `ufw`, `firewalld`, `snap:docker`. */
  readonly versions: Readonly<Record<string, string>>;
}
