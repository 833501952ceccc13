import type { CheckMark, DayRecord } from '../model/ledger.ts';
import type { Stand, Transition } from '../model/standing.ts';
import type { Instant } from '../model/time.ts';

/** What the site asks of the ledger; what each question promises stands where it is answered (collector/ledger/owners/). */
export interface LedgerView {
  readonly standings: { current(): Stand[] };
  readonly days: { of(monitors: readonly string[], count: number, now: Instant): Map<string, DayRecord[]> };
  readonly checks: { between(monitor: string, from: Instant, to: Instant): CheckMark[] };
  readonly transitions: { of(monitor: string, from: Instant, to: Instant, limit: number): Transition[] };
  close(): void;
}
