import type { Action, Chain, Rule, Test } from '../rules/model.ts';
import { isSame, MAYBE, NO, type Packet, type Tri, type World, YES } from '../rules/packet.ts';
import type { BaseChain } from '../rules/ruleset.ts';
import { type Candidate, candidatesFor } from './candidates.ts';
import { distinct, doubtful, type End, type Flow, isAlike, met } from './flow.ts';
import { rewrite } from './rewrite.ts';

/** The kernel allows far fewer jumps within one another. */
const DEEPEST = 64;

/** What came of a packet in a chain that the kernel calls. */
export interface Passed {
  readonly passed: readonly Flow[];
  readonly dropped: readonly End[];
}

/** Walks a base chain: every possible way that ends well, and every one that does not. Where all go on alike, there was no doubt. */
export function walkBase(chain: BaseChain, flow: Flow, world: World): Passed {
  const ends: End[] = [];
  for (const through of walkChain(chain, flow, { world, ends, depth: 0 }))
    ends.push({ flow: through, accepted: chain.base.policy === 'accept', decision: { chain } });
  const dropped = ends.filter(({ accepted }) => !accepted);
  const accepted = ends.filter((end) => end.accepted);
  const [first] = accepted;
  if (first !== undefined && dropped.length === 0 && accepted.every((end) => isAlike(end.flow, flow)))
    return { passed: [met(flow, first.decision)], dropped };
  return { passed: distinct(accepted.map((end) => met(end.flow, end.decision))), dropped };
}

interface Walk {
  readonly world: World;
  readonly ends: End[];
  readonly depth: number;
}

/** Walks any chain; answers the ways that come back to where it was called from. */
function walkChain(chain: Chain, start: Flow, walk: Walk): readonly Flow[] {
  if (walk.depth > DEEPEST) return [doubtful(start, { what: `chains that jump deeper than ${DEEPEST}` })];
  const endsBefore = walk.ends.length;
  const returned: Flow[] = [];
  let flows: readonly Flow[] = [start];
  for (const candidate of candidatesFor(chain, start.packet, walk.world)) {
    const [only] = flows;
    if (flows.length === 1 && only !== undefined && matches(candidate.tests, only.packet, walk.world) === NO) continue;
    const next: Flow[] = [];
    for (const flow of flows) applyRule(candidate, chain, flow, walk, { next, returned });
    flows = distinct(next);
    if (flows.length === 0) break;
  }
  const through = distinct([...returned, ...flows]);
  const [only] = through;
  const unchanged = walk.ends.length === endsBefore && through.length === 1 && only !== undefined;
  return unchanged && isSame(only.packet, start.packet) ? [start] : through;
}

/** Whether all conditions of a rule hold. */
function matches(tests: readonly Test[], packet: Packet, world: World): Tri {
  let result: Tri = YES;
  for (const test of tests) {
    const holds = test.holds(packet, world);
    if (holds === NO) return NO;
    if (holds === MAYBE) result = MAYBE;
  }
  return result;
}

interface Onward {
  /** Ways that go on to the next rule. */
  readonly next: Flow[];
  /** Ways that leave this chain for the one that called it. */
  readonly returned: Flow[];
}

function applyRule({ rule, tests }: Candidate, chain: Chain, flow: Flow, walk: Walk, onward: Onward): void {
  const holds = matches(tests, flow.packet, walk.world);
  if (holds === NO) {
    onward.next.push(flow);
  } else if (holds === YES) {
    act(rule.actions, 0, { rule, chain }, flow, walk, onward);
  } else {
    const open = tests.find((test) => test.holds(flow.packet, walk.world) === MAYBE);
    const what = open?.doubt?.(walk.world) ?? open?.what ?? '';
    fork(flow, { decision: { chain, rule }, what }, walk, onward, (branch, tried) =>
      act(rule.actions, 0, { rule, chain }, branch, walk, tried),
    );
  }
}

/** Goes both ways; where the one taken leaves the packet as it was, there is nothing to doubt. */
function fork(
  flow: Flow,
  doubt: NonNullable<Flow['doubt']>,
  walk: Walk,
  onward: Onward,
  take: (branch: Flow, onward: Onward) => void,
): void {
  const endsBefore = walk.ends.length;
  const tried: Onward = { next: [], returned: [] };
  take(doubtful(flow, doubt), tried);
  const isHarmless =
    walk.ends.length === endsBefore &&
    tried.returned.length === 0 &&
    tried.next.every(({ packet }) => isSame(packet, flow.packet));
  if (isHarmless) {
    onward.next.push(flow);
    return;
  }
  onward.next.push(doubtful(flow, doubt), ...tried.next);
  onward.returned.push(...tried.returned);
}

type Place = { readonly rule: Rule; readonly chain: Chain };

/** Does what a rule does, from its action number `from` on. */
function act(actions: readonly Action[], from: number, place: Place, flow: Flow, walk: Walk, onward: Onward): void {
  const action = actions[from];
  const rest = (on: Flow) => act(actions, from + 1, place, on, walk, onward);
  if (action === undefined || action.do === 'continue') {
    onward.next.push(flow);
  } else if (action.do === 'accept' || action.do === 'drop') {
    walk.ends.push({ flow, accepted: action.do === 'accept', decision: place });
  } else if (action.do === 'return') {
    onward.returned.push(flow);
  } else if (action.do === 'jump' || action.do === 'goto') {
    follow(action, place, flow, walk, onward, rest);
  } else if (action.do === 'change') {
    const packet = action.change(flow.packet, walk.world);
    if (packet === undefined) {
      onward.next.push(flow);
      return;
    }
    const isTaken = packet.untracked && !flow.packet.untracked;
    rest({ ...flow, packet, ...(isTaken && { untrackedBy: place }) });
  } else if (action.do === 'dnat' || action.do === 'snat') {
    const target = action.target(flow.packet, walk.world);
    if (target === null) onward.next.push(flow);
    else if (target === undefined) guess(`${action.do} to somewhere`, place, flow, walk);
    else {
      const rewritten = rewrite(action.do, target, action.own === true, flow.packet, walk.world);
      walk.ends.push({ flow: { ...flow, packet: rewritten, isTranslated: true }, accepted: true, decision: place });
    }
  } else if (action.do === 'test') {
    const holds = action.test.holds(flow.packet, walk.world);
    if (holds === YES) rest(flow);
    else if (holds === NO) onward.next.push(flow);
    else
      fork(flow, { decision: place, what: action.test.what }, walk, onward, (branch, tried) =>
        act(actions, from + 1, place, branch, walk, tried),
      );
  } else if (action.do === 'choose') {
    choose(action, place, flow, walk, onward, rest);
  } else if (action.do === 'unmodelled') {
    guess(action.what, place, flow, walk);
  }
}

function follow(
  action: Extract<Action, { do: 'jump' | 'goto' }>,
  place: Place,
  flow: Flow,
  walk: Walk,
  onward: Onward,
  rest: (flow: Flow) => void,
): void {
  if (action.chain === undefined) {
    guess('a jump to a chain that is not there', place, flow, walk);
    return;
  }
  const back = walkChain(action.chain, flow, { ...walk, depth: walk.depth + 1 });
  if (action.do === 'goto') onward.returned.push(...back);
  else for (const one of back) rest(one);
}

function choose(
  action: Extract<Action, { do: 'choose' }>,
  place: Place,
  flow: Flow,
  walk: Walk,
  onward: Onward,
  rest: (flow: Flow) => void,
): void {
  const chosen = action.choose(flow.packet, walk.world);
  const [only] = chosen;
  if (only === undefined) rest(flow);
  else if (chosen.length === 1) act([only], 0, place, flow, walk, onward);
  else {
    const branch = doubtful(flow, { decision: place, what: action.what });
    for (const one of chosen) act([one], 0, place, branch, walk, onward);
  }
}

/** What we do not model may drop the packet, or make it another. */
function guess(what: string, place: Place, flow: Flow, walk: Walk): void {
  walk.ends.push({ flow: doubtful(flow, { decision: place, what, isOpen: true }), accepted: true, decision: place });
}
