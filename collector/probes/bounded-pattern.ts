import { CodedError } from '../../model/errors.ts';
import { quote, type Reason, reason, reasonInWords } from '../../model/reason.ts';
import { withinMs } from './bounded-work.ts';
import { costBound } from './expression-cost.ts';

/** A text for an expression is cut here: it comes from outside and may be of any length. */
const LONGEST_TEXT = 4_096;
/** Long enough that an honest expression on a busy machine is not taken for an endless one. */
const LONGEST_MS = 20;
/** Steps that together take a few milliseconds at most. */
const CHEAP_STEPS = 2_000_000;

/** An expression took longer on a text than the process can wait. */
export class PatternTooSlow extends CodedError {
  readonly code = 'pattern-too-slow';

  readonly reason: Reason;

  constructor(source: string) {
    const why = reason`${quote(source, 'the pattern')} takes too long on what came; a pattern with fewer repetitions inside each other will not`;
    super(reasonInWords(why));
    this.reason = why;
  }
}

export type Match = (text: string) => RegExpExecArray | undefined;

/** Compiles an expression for short texts from outside: only the first 4 kB are looked at, and one that backtracks without end is stopped with `PatternTooSlow`. */
export function boundedPattern(source: string): Match {
  const expression = new RegExp(source, 'u');
  const bound = costBound(source);
  return (text) => {
    const start = text.slice(0, LONGEST_TEXT);
    if (bound !== undefined && bound(start) <= CHEAP_STEPS) return expression.exec(start) ?? undefined;
    const { done } = withinMs(LONGEST_MS, () => expression.exec(start) ?? 'none');
    if (done === undefined) throw new PatternTooSlow(source);
    return done === 'none' ? undefined : done;
  };
}
