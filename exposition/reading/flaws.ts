import type { Flaw } from '../family.ts';
import { LINE_FEED } from './characters.ts';

/** So much of what came is shown. */
const SHOWN = 24;

/** Thrown inside the readers and never out of them: the text is not what the format says, from this byte on. */
export class Broken {
  readonly at: number;
  readonly message: string;

  constructor(at: number, message: string) {
    this.at = at;
    this.message = message;
  }
}

/** Ends the reading of a line: at this byte, something else was wanted than what stands there. */
export function failAt(text: Buffer, at: number, wanted: string): never {
  throw new Broken(at, `came ${shownAt(text, at)}, wanted ${wanted}`);
}

/** What stands at a place, in quotes and cut short: hostile text comes out as harmless as JSON writes it. */
function shownAt(text: Buffer, at: number): string {
  if (at >= text.length) return 'the end of the text';
  if (text[at] === LINE_FEED) return 'the end of the line';
  const lineEnd = text.indexOf(LINE_FEED, at);
  const end = lineEnd < 0 ? text.length : lineEnd;
  return shown(text.toString('utf8', at, Math.min(end, at + 4 * SHOWN)));
}

/** A text in quotes, cut short. */
export function shown(text: string): string {
  const letters = [...text.slice(0, 2 * SHOWN)];
  return JSON.stringify(letters.length > SHOWN ? `${letters.slice(0, SHOWN).join('')}…` : text);
}

/** Tells the line and the column, counted in characters, of bytes; quickest when asked in the order of the text. */
export function createPlaces(text: Buffer): (at: number, message: string) => Flaw {
  let line = 1;
  let lineFrom = 0;
  return (at, message) => {
    if (at < lineFrom) {
      line = 1;
      lineFrom = 0;
    }
    for (;;) {
      const end = text.indexOf(LINE_FEED, lineFrom);
      if (end < 0 || end >= at) break;
      line++;
      lineFrom = end + 1;
    }
    return { line, column: 1 + [...text.toString('utf8', lineFrom, at)].length, message };
  };
}
