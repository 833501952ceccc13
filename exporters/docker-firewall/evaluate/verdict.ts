import type { PortReport, PortVerdict } from '../report.ts';
import { describeDecision, packetsOf } from '../rules/model.ts';
import { sayCause } from './cause-text.ts';
import type { Doubt, Flow, Trail } from './flow.ts';
import type { Outcome } from './travel.ts';

/** What is said of one port from one place. */
export type Judged = Pick<PortReport, 'verdict' | 'why' | 'rule' | 'packets' | 'by'> & {
  /** The way that is shown; undefined when none was walked. */
  readonly shown?: Flow | undefined;
};

/** Makes a verdict of all possible ways: they must agree, or it is unknown. */
export function judgeOutcome({ arrivals, losses }: Outcome, unread: readonly string[]): Judged {
  const [arrival] = arrivals;
  const [loss] = losses;
  if (unread.length > 0)
    return unknown(`${unread.join(' and ')} could not be read, and may hold rules`, arrival?.flow ?? loss?.flow);
  const open = [...arrivals, ...losses].find(({ flow }) => flow.doubt?.isOpen)?.flow;
  if (open !== undefined) return unknown(hangsOn(open.doubt), open);
  if (arrival !== undefined && loss === undefined) {
    const why =
      arrival.by === 'dnat'
        ? 'A DNAT rule leads to the container, and nothing stops the packet or its reply.'
        : 'docker-proxy on this host passes it to the container, and nothing stops the packets or their replies.';
    return { verdict: 'reachable', why, rule: '', by: arrival.by, shown: arrival.flow };
  }
  if (loss !== undefined && arrival === undefined) {
    const decision = loss.cause.kind === 'rule' ? loss.cause.decision : undefined;
    const packets = decision === undefined ? undefined : packetsOf(decision);
    return {
      verdict: 'blocked',
      why: sentence(sayCause(loss.cause)),
      rule: decision === undefined ? '' : describeDecision(decision),
      ...(packets !== undefined && { packets }),
      shown: loss.flow,
    };
  }
  return unknown(hangsOn(loss?.flow.doubt ?? arrival?.flow.doubt), loss?.flow ?? arrival?.flow);
}

function hangsOn(doubt: Doubt | undefined): string {
  if (doubt === undefined) return 'no way was found';
  return `it hangs on ${doubt.what}${doubt.decision === undefined ? '' : ` in ${describeDecision(doubt.decision)}`}`;
}

function unknown(why: string, flow: Flow | undefined): Judged {
  const decision = flow?.doubt?.decision;
  const rule = decision === undefined ? '' : describeDecision(decision);
  return {
    verdict: 'unknown',
    why: sentence(`whether it is reachable cannot be told: ${why}`),
    rule,
    shown: flow,
  };
}

/** Several strangers' verdicts as one: what only some of them reach is not known of just anyone. */
export function judgeTogether(all: readonly Judged[], strangers: readonly string[]): Judged {
  const [first] = all;
  if (first === undefined) throw new Error('nobody asked');
  if (all.every(({ verdict }) => verdict === first.verdict)) return first;
  const who = (verdict: PortVerdict) => strangers.filter((_, at) => all[at]?.verdict === verdict).join(', ');
  const stopped = all.find(({ verdict }) => verdict !== 'reachable') ?? first;
  const passed = who('reachable') === '' ? '' : `${who('reachable')} would reach it, `;
  return {
    verdict: 'unknown',
    why: `It depends on who asks: ${passed}${who(stopped.verdict)} ${stopped.verdict === 'blocked' ? 'would not' : 'perhaps'}. ${stopped.why}`,
    rule: stopped.rule,
    ...(stopped.packets !== undefined && { packets: stopped.packets }),
    shown: stopped.shown,
  };
}

/** What a packet met, in order, in words. */
export function walkOf(flow: Flow): string[] {
  const steps: string[] = [];
  for (let trail: Trail | undefined = flow.trail; trail !== undefined; trail = trail.before)
    steps.push(wordsOf(trail.step));
  return steps.reverse();
}

function wordsOf(step: Trail['step']): string {
  if (typeof step === 'function') return step();
  return typeof step === 'string' ? step : describeDecision(step);
}

/** A sentence with a capital at its beginning, except of a program's name, and a full stop. */
export function sentence(text: string): string {
  const start = /^(?:iptables|ip6tables|nftables|docker-proxy)/.test(text)
    ? text
    : text.charAt(0).toUpperCase() + text.slice(1);
  return start.endsWith('.') ? start : `${start}.`;
}
