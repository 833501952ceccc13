import { oneLine } from '../../../model/outside-text.ts';
import type { Instant } from '../../../model/time.ts';

/** A program that had dpkg do something, and for whom. */
export interface Run {
  readonly start: Instant;
  /** Absent while it goes on, and of one that was cut off. */
  readonly end?: Instant;
  /** What was typed, or which program it was; one line. */
  readonly command: string;
  readonly by?: string;
  /** What went wrong. */
  readonly problem?: string;
  /** What it says it did, or is to do, as it stands there. */
  readonly did: readonly { readonly verb: string; readonly list: string }[];
}

const LONGEST_COMMAND = 160;

/** A command as people know it: without its folder, the options that are only noise, and what may be secret. */
export function commandInWords(command: string): string {
  const words = oneLine(command, 1_000)
    .replace(/^\S*\/(?=[^/\s]+(?:\s|$))/, '')
    .replace(/\s-o[ =]?\S+/g, '')
    .replace(/:\/\/[^/@\s]*@/g, '://[hidden]@')
    .replace(
      /((?:password|passwd|token|secret|key)=|\s--?\S*(?:password|passwd|token|secret|key) )\S+/gi,
      '$1[hidden]',
    );
  return oneLine(words, LONGEST_COMMAND);
}
