/** Characters that would break a line, hide text or steer a terminal: controls, bidirectional marks, separators, lone surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+|\p{Surrogate}/gu;

/** Text from outside made fit for one line of a reason: no control characters, at most `max` characters, the cut shown. */
export function oneLine(text: string, max = 120): string {
  const line = text
    .slice(0, 4 * max)
    .replace(UNFIT, ' ')
    .replace(/ {2,}/g, ' ')
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
