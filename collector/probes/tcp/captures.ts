const USED = /\{(\d{1,2}|[A-Za-z_]\w*)\}/g;
const LONGEST = 1_024;

/** The names under which an expression's captures can be sent: numbers from 1, and the names of named groups. */
export function capturesIn(source: string): string[] {
  const match = new RegExp(`${source}|`, 'u').exec('');
  const numbers = Array.from({ length: (match?.length ?? 1) - 1 }, (_, index) => String(index + 1));
  return [...numbers, ...Object.keys(match?.groups ?? {})];
}

/** The numbered captures that a text to send asks for; other words in braces may be meant as they stand. */
export function capturesUsed(text: string): string[] {
  return [...text.matchAll(USED)].map(([, name = '']) => name).filter((name) => /^\d/.test(name));
}

/** What the expressions of a dialogue have captured so far. */
export type Captures = ReadonlyMap<string, string>;

/** Adds what a match captured. Numbers are those of the latest match that had any; names stay. */
export function addCaptures(captures: Captures, match: RegExpExecArray): Captures {
  const named = Object.entries(match.groups ?? {});
  if (match.length < 2) return captures;
  const kept = [...captures].filter(([name]) => !/^\d/.test(name));
  const numbered = match.slice(1).map((text, index): [string, string] => [String(index + 1), text ?? '']);
  return new Map([...kept, ...numbered, ...named.map(([name, text]): [string, string] => [name, text ?? ''])]);
}

/** The text with each `{1}` or `{name}` that was captured put in; other braces stay. A capture never brings a line's end with it. */
export function fillCaptures(text: string, captures: Captures): string {
  return text.replace(USED, (written, name: string) => {
    const captured = captures.get(name);
    return captured === undefined ? written : captured.slice(0, LONGEST).replace(/[\r\n\0]+/g, ' ');
  });
}
