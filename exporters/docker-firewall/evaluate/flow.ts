import type { Decision } from '../rules/model.ts';
import { isSame, type Packet } from '../rules/packet.ts';

/** What a possible way hangs on: a rule with something that we do not model. */
export interface Doubt {
  readonly decision?: Decision;
  readonly what: string;
}

/** A place that was come to, or what decided there. Put into words only where somebody reads it. */
export type Step = string | Decision | (() => string);

/** What a packet has met so far, the last first. */
export interface Trail {
  readonly step: Step;
  readonly before: Trail | undefined;
}

/** A packet on one of its possible ways. There is more than one only where a rule is not modelled. */
export interface Flow {
  readonly packet: Packet;
  readonly doubt?: Doubt;
  readonly trail: Trail | undefined;
  /** The rule that took it out of conntrack's hands. */
  readonly untrackedBy?: Decision;
}

/** Where a packet was accepted by a chain, or ended. */
export interface End {
  readonly flow: Flow;
  readonly accepted: boolean;
  readonly decision: Decision;
}

/** Beyond so many possible ways, they are no longer told apart. */
const MOST_FLOWS = 32;

/** The same flow with another packet. */
export function withPacket(flow: Flow, packet: Packet): Flow {
  return { ...flow, packet };
}

/** The same flow, having met something more. */
export function met(flow: Flow, step: Step): Flow {
  return { ...flow, trail: { step, before: flow.trail } };
}

/** The same flow as one of several possible ones; the first reason is kept. */
export function doubtful(flow: Flow, doubt: Doubt): Flow {
  return flow.doubt === undefined ? { ...flow, doubt } : flow;
}

/** Possible ways without those that are alike from here on. */
export function distinct(flows: readonly Flow[]): readonly Flow[] {
  if (flows.length < 2) return flows;
  const kept: Flow[] = [];
  for (const flow of flows) if (!kept.some(({ packet }) => isSame(packet, flow.packet))) kept.push(flow);
  return kept.slice(0, MOST_FLOWS);
}
