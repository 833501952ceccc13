import { CodedError } from './errors.ts';
import type { Finding } from './finding.ts';
import type { Pulse } from './ledger.ts';
import { type Reason, reasonInWords } from './reason.ts';
import type { Clock, Instant } from './time.ts';
import type { Units } from './unit.ts';

/** An address that a name resolved to. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface Resolved {
  /** In the order to try them; never empty. */
  readonly addresses: readonly Address[];
  readonly source: 'literal' | 'hosts' | 'dns' | 'system';
  readonly tookMs: number;
}

/**
 * Finds the addresses of a name as the system would, without blocking the process.
 * Rejects with `NameNotFound` when there are none of the wanted family (0: either).
 */
export type Resolve = (host: string, family: 0 | 4 | 6, signal: AbortSignal) => Promise<Resolved>;

/** A name that does not resolve, and why. */
export class NameNotFound extends CodedError {
  readonly code = 'name-not-found';
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reasonInWords(reason));
    this.reason = reason;
  }
}

/** Everything live that a probe may need, handed over. */
export interface ProbeContext {
  readonly monitor: string;
  /** Aborted at the deadline. A probe ends soon after and returns a finding that says what it was waiting for. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly resolve: Resolve;
  /** The latest pulses of this monitor, by signal. */
  readonly pulses: (monitor: string) => Partial<Record<Pulse['signal'], Pulse>>;
  /** The last stretch in which the box was not running, so that nobody could report to it. */
  readonly absence?: () => { readonly from: Instant; readonly to: Instant } | undefined;
  /** Asks systemd about units. Absent at vantages that have none to ask. */
  readonly units?: Units | undefined;
  /** When given, is told each step in words: addresses, headers, certificates. Redacted by whoever prints it. */
  readonly trace?: (step: string, detail?: string) => void;
}

export type Probe<Spec> = (spec: Spec, context: ProbeContext) => Promise<Finding>;
