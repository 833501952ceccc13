import type { Finding } from '../../model/finding.ts';

/** One check to be made. Plain data but for `trace`: it may cross to another process or machine. */
export interface CheckRequest {
  readonly monitor: string;
  readonly kind: string;
  readonly spec: unknown;
  readonly timeoutMs: number;
  /** Told each step in words, when given. */
  readonly trace?: (step: string, detail?: string) => void;
}

/** A place that checks are made from. */
export interface Vantage {
  readonly name: string;
  /**
   * Makes one check. Never rejects for the target's sake: what cannot be made here is an `unknown` finding with words.
   * The probe is told to end by `signal`, and ends soon after. A probe's fault of its own does reject.
   */
  check(request: CheckRequest, signal: AbortSignal): Promise<Finding>;
  /** Ends what still runs, and resolves when it has ended. */
  stop(): Promise<void>;
}
