import type { IncomingMessage } from 'node:http';
import { oneLine } from '../../../model/outside-text.ts';
import { type Ours, ours, quoteAfter, type Reason, reason } from '../../../model/reason.ts';
import { STATUS_CODES } from '../../node-http.ts';
import type { StatusRange } from './http-spec.ts';

/** `502 Bad Gateway`: the standard's words, or the server's own where the standard has none. */
export function statusInWords(response: IncomingMessage | undefined): Reason {
  const status = response?.statusCode ?? 0;
  const standard = STATUS_CODES[status];
  if (standard !== undefined) return reason`${status} ${ours(standard)}`;
  const words = oneLine(response?.statusMessage ?? '', 60);
  return words === '' ? reason`${status}` : reason`${status}${quoteAfter(' ', words)}`;
}

/** `200`, `2xx`, `200-204`, `200 or 301`. */
export function wantedInWords(ranges: readonly StatusRange[]): Ours {
  const words = ranges.map(({ from, to }) => {
    if (from === to) return String(from);
    return from % 100 === 0 && to === from + 99 ? `${from / 100}xx` : `${from}-${to}`;
  });
  const last = words.pop() ?? '';
  return ours(words.length === 0 ? last : `${words.join(', ')} or ${last}`);
}

/** Whether the status lies in one of the ranges. */
export function isWanted(status: number, ranges: readonly StatusRange[]): boolean {
  return ranges.some((range) => status >= range.from && status <= range.to);
}

/** `512 bytes`, `3 kB`, `1.2 MB`. */
export function bytesInWords(bytes: number): Ours {
  if (!Number.isFinite(bytes)) return ours('an unknown number of bytes');
  if (bytes < 1000) return ours(bytes === 1 ? '1 byte' : `${bytes} bytes`);
  if (bytes < 1e6) return ours(`${Math.round(bytes / 1000)} kB`);
  return ours(`${(bytes / 1e6).toFixed(1)} MB`);
}
