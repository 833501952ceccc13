import { stripVTControlCharacters } from 'node:util';

/** Text from outside as one line of at most `length` characters, without what steers a terminal or turns the direction of text around. */
export function oneLine(text: string, length = 200): string {
  const clean = stripVTControlCharacters(text.slice(0, length * 4))
    .replace(/[\p{C}\u2028\u2029\s]+/gu, ' ')
    .trim();
  return clean.length <= length ? clean : `${clean.slice(0, length - 1)}…`;
}
