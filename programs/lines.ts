import type { Readable } from 'node:stream';

const LINE_FEED = 10;

/** Calls back with every line of a stream, without its end. A line longer than `limit` bytes is let go by, and `onTooLong` told once for it. */
export function readLines(
  stream: Readable,
  limit: number,
  onLine: (line: string) => void,
  onTooLong: () => void = () => {},
): void {
  const { take, end } = splitLines(limit, onLine, onTooLong);
  stream.on('data', take);
  stream.on('end', end);
  stream.on('error', () => {});
}

/** The same for what comes piece by piece: `end` gives the last line, where it has no end. */
export function splitLines(
  limit: number,
  onLine: (line: string) => void,
  onTooLong: () => void = () => {},
): { take(piece: Buffer): void; end(): void } {
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer) => {
    const before = length;
    length += part.length;
    if (length <= limit) parts.push(part);
    else if (before <= limit) {
      parts = [];
      onTooLong();
    }
  };
  const end = () => {
    if (length > 0 && length <= limit) onLine(Buffer.concat(parts).toString());
    parts = [];
    length = 0;
  };
  const take = (piece: Buffer) => {
    let from = 0;
    for (let to = piece.indexOf(LINE_FEED); to !== -1; to = piece.indexOf(LINE_FEED, from)) {
      add(piece.subarray(from, to));
      end();
      from = to + 1;
    }
    if (from < piece.length) add(piece.subarray(from));
  };
  return { take, end };
}
