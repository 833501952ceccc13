import { isUtf8 } from 'node:buffer';
import { oneLine } from '../../../model/outside-text.ts';
import { reasonInWords } from '../../../model/reason.ts';
import type { Exchange } from './exchange.ts';
import { shownHeader, shownUrl } from './hiding.ts';
import { bytesInWords, statusInWords } from './status-words.ts';

const MOST_HEADERS = 60;
const LONGEST_HEADER = 300;

/** Where the response points to; undefined when it does not, or to nothing that can be asked. Bytes beyond ASCII are UTF-8 where they can be. */
export function locationOf({ response, target }: Exchange): URL | undefined {
  const location = response?.headers.location;
  if (location === undefined) return undefined;
  const bytes = Buffer.from(location, 'latin1');
  const url = URL.parse(isUtf8(bytes) ? bytes.toString('utf8') : location, target.url.href);
  return url === null || url.port === '0' ? undefined : url;
}

/** The response's headers as they may be kept, one a line, the first sixty. */
export function headersInWords(run: Exchange): string[] {
  const raw = run.response?.rawHeaders ?? [];
  const lines: string[] = [];
  for (let index = 0; index + 1 < raw.length && lines.length < MOST_HEADERS; index += 2) {
    const name = raw[index] ?? '';
    const to = /^location$/i.test(name) ? locationOf(run) : undefined;
    const value = to === undefined ? shownHeader(name, raw[index + 1] ?? '') : shownUrl(to);
    lines.push(oneLine(`${name}: ${value}`, LONGEST_HEADER));
  }
  return lines;
}

/** A redirect as it came: from where, with what, to where. */
export function hopInWords(run: Exchange): string {
  const to = locationOf(run);
  const where = to === undefined ? '' : ` to ${oneLine(shownUrl(to), 200)}`;
  return `${oneLine(shownUrl(run.target.url), 200)}: ${reasonInWords(statusInWords(run.response))}${where}`;
}

/** The response in steps for somebody who wants to see everything. */
export function responseInSteps(run: Exchange): (readonly [string, string])[] {
  return [
    ['response', `HTTP/${run.response?.httpVersion} ${reasonInWords(statusInWords(run.response))}`],
    ...headersInWords(run).map((line) => ['header', line] as const),
    ['body', `${bytesInWords(run.body?.received ?? 0)}${run.body?.cut ? ', and more that was not read' : ''}`],
  ];
}
