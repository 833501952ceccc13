import type { Stand } from '../../model/standing.ts';
import type { Instant } from '../../model/time.ts';
import type { PackedMark } from './check-block.ts';

/** A check on its way to the thread. */
export interface NotedMark extends PackedMark {
  readonly monitor: string;
  readonly vantage: string;
}

/** What the thread is asked, and answers. */
export interface Requests {
  /** A question of one of the owners. */
  ask: { ask: { owner: string; question: string; args: readonly unknown[] }; answer: unknown };
  rename: { ask: { from: string; to: string }; answer: boolean };
  /** `now` by the wall clock and `steady` by the other; the thread has no clock of its own. */
  flush: { ask: { now: Instant; steady: number }; answer: FlushReport };
  close: { ask: { now: Instant }; answer: undefined };
}

export interface FlushReport {
  /** Checks that had to be dropped since the flush before. */
  readonly dropped: number;
  /** What the operator should know, in words. */
  readonly said: readonly string[];
}

export type Kind = keyof Requests;

/** What is only told: no answer. */
export interface Notes {
  readonly kind: 'notes';
  readonly marks: readonly NotedMark[];
  readonly stands: readonly Stand[];
}

export type Request<K extends Kind = Kind> = { [One in K]: { kind: One; id: number } & Requests[One]['ask'] }[K];

export type ToThread = Notes | Request;

export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };
