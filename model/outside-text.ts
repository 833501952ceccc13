import { stripVTControlCharacters } from 'node:util';

/** Characters that would break a line, hide text or turn its direction around: controls, formats, separators, lone surrogates. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu;

/** Text from outside made fit for one line of words: nothing that steers a terminal, at most `max` characters, the cut shown. */
export function oneLine(text: string, max = 200): string {
  const line = stripVTControlCharacters(text.slice(0, 4 * max))
    .replace(UNFIT, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > max || text.length > 4 * max ? `${line.slice(0, max - 1).trimEnd()}…` : line;
}

/** Text from outside made fit to be read as it is: its lines and indentation kept, everything else unfit taken out. */
export function plainText(text: string, max: number): string {
  return text
    .slice(0, 2 * max)
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', '  ')
    .split('\n')
    .map((line) => line.replace(UNFIT, ''))
    .join('\n')
    .slice(0, max);
}
