import { type Context, createContext, Script } from 'node:vm';

/** A text for an expression is cut here: it comes from outside and may be of any length. */
const LONGEST_TEXT = 4_096;
const LONGEST_MS = 50;

/** An expression took longer on a text than the process can wait. */
export class PatternTooSlow extends Error {
  readonly code = 'pattern-too-slow';

  constructor(source: string) {
    super(`${source} takes too long on what came; a pattern with fewer repetitions inside each other will not`);
  }
}

export type Match = (text: string) => RegExpExecArray | undefined;

let guarded: { readonly script: Script; readonly context: Context } | undefined;

/** Compiles an expression for texts from outside: only the first 4 kB are looked at, and one that backtracks without end is stopped after 50 ms with `PatternTooSlow`. */
export function boundedPattern(source: string, flags = 'u'): Match {
  const expression = new RegExp(source, flags);
  if (!mayBacktrack(source)) return (text) => expression.exec(text.slice(0, LONGEST_TEXT)) ?? undefined;
  return (text) => {
    guarded ??= { script: new Script('expression.exec(text)'), context: createContext({}) };
    const { script, context } = guarded;
    Object.assign(context, { expression, text: text.slice(0, LONGEST_TEXT) });
    try {
      return (script.runInContext(context, { timeout: LONGEST_MS }) as RegExpExecArray | null) ?? undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw new PatternTooSlow(source);
    }
  };
}

/** With one repetition of one character the time grows with the square of the text, which is bounded; with two, or one of a group, it may be anything. */
function mayBacktrack(source: string): boolean {
  const plain = source.replace(/\\./g, '_');
  return (plain.match(/[*+{]/g)?.length ?? 0) > 1 || /\)[*+{]/.test(plain);
}
