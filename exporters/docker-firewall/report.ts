import type { Instant } from '../../model/time.ts';
import type { Snapshot } from './snapshot.ts';

/** Where a packet comes from: any address that is not the host's own, the host itself, or another of Docker's bridges. */
export type From = 'outside' | 'host' | `bridge:${string}`;

export type PortVerdict = 'reachable' | 'blocked' | 'unknown';

/** What became of a synthetic packet to a published port, and of its reply. */
export interface PortReport {
  /** The container's name. */
  readonly container: string;
  /** The published port of the host, and the container's own. */
  readonly port: number;
  readonly containerPort: number;
  readonly proto: 'tcp' | 'udp';
  readonly family: 4 | 6;
  /** The address it is published on, as Docker has it: `0.0.0.0`, `127.0.0.1`, `::`. */
  readonly hostAddress: string;
  readonly from: From;
  readonly verdict: PortVerdict;
  /** Blocked as it should be: bound to loopback, or by IPv6 where neither this host nor Docker has set it up. No failure. */
  readonly onPurpose?: true;
  /** In plain words. */
  readonly why: string;
  /** The rule or policy that decided: `legacy filter FORWARD policy DROP`. Empty when none did. */
  readonly rule: string;
  /** Packets that have met that rule, where the kernel counts them. */
  readonly packets?: number;
  /** Who answers: the container itself by DNAT, or docker-proxy in place of a missing DNAT. */
  readonly by?: 'dnat' | 'proxy';
  /** The command that would mend it; printed, never run. */
  readonly fix?: string;
  /** What that command does beside: what else it opens or moves. */
  readonly sideEffect?: string;
  /** Every chain that was passed, in kernel order, in words; the reply's too. */
  readonly walk: readonly string[];
}

/** The named invariants. Each is exported also when it holds. */
export const CHECKS = [
  'dnat_missing',
  'forward_blocked',
  'split_brain',
  'backend_mismatch',
  'time_bomb',
  'chains_missing',
  'chains_out_of_order',
  'masquerade_missing',
  'bridge_down',
  'forwarding_off',
  'stale_target',
  'wrong_target',
  'unexpected_exposure',
  'engine_changed',
  'ruleset_drift',
  'vantage_skew',
] as const;

export type CheckName = (typeof CHECKS)[number];

/** An invariant that does not hold. */
export interface FirewallFinding {
  readonly check: CheckName;
  readonly severity: 'critical' | 'warning';
  /** What it is about: `web:8080/tcp`, `network backend`, `host`. */
  readonly subject: string;
  /** One plain sentence that names the cause. */
  readonly says: string;
  /** Rules, counters, files: what one would look at to believe it. */
  readonly evidence: readonly string[];
  /** The command that would mend it; printed, never run. */
  readonly fix?: string;
  /** What that command does beside: what else it opens or moves. */
  readonly sideEffect?: string;
}

/** What the evaluator makes of a snapshot. */
export interface Report {
  readonly at: Instant;
  readonly ports: readonly PortReport[];
  readonly findings: readonly FirewallFinding[];
}

/** What the evaluator is told beside the snapshot. */
export interface EvaluateOptions {
  /** The address of the stranger; any that is not the host's own, entering by the default route, when left out. */
  readonly from?: string;
  /** The interface the stranger enters by; by the route towards `from`, else the default route's, when left out. */
  readonly enters?: string;
  /** Published ports that strangers may reach, as `8080/tcp`; when left out all may. */
  readonly allowed?: readonly string[];
  /** The snapshot before, for what changed since. */
  readonly before?: Snapshot;
  /** What changed between the two, as Docker's events say: drift that these explain is none. */
  readonly explained?: readonly string[];
}
