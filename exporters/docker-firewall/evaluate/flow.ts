import type { Decision } from '../rules/model.ts';
import { isSame, type Packet } from '../rules/packet.ts';

/** What a possible way hangs on: a rule with something that we do not model. */
export interface Doubt {
  readonly decision?: Decision;
  readonly what: string;
  /** It may have been changed to anything: what comes of it says nothing. */
  readonly isOpen?: true;
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
  /** A rule has settled its addresses at this hook, also where it left them as they were. */
  readonly isTranslated?: boolean;
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

/** The same flow as one of several possible ones; the first reason is kept, but for one after which anything is possible. */
export function doubtful(flow: Flow, doubt: Doubt): Flow {
  return flow.doubt === undefined || (doubt.isOpen && !flow.doubt.isOpen) ? { ...flow, doubt } : flow;
}

/** Whether two flows would be treated alike from here on. */
export function isAlike(one: Flow, other: Flow): boolean {
  return (
    isSame(one.packet, other.packet) &&
    one.isTranslated === other.isTranslated &&
    one.doubt?.isOpen === other.doubt?.isOpen
  );
}

/** Possible ways without those that are alike from here on. */
export function distinct(flows: readonly Flow[]): readonly Flow[] {
  if (flows.length < 2) return flows;
  const kept: Flow[] = [];
  for (const flow of flows) if (!kept.some((one) => isAlike(one, flow))) kept.push(flow);
  return kept.slice(0, MOST_FLOWS);
}
