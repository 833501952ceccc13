import type { Readable } from 'node:stream';

/** Calls back with every line of a stream, without its end. A line longer than `limit` bytes is let go by, and `onTooLong` told once for it. */
export function readLines(
  stream: Readable,
  limit: number,
  onLine: (line: string) => void,
  onTooLong: () => void = () => {},
): void {
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
  stream.on('data', (chunk: Buffer) => {
    let from = 0;
    for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, to));
      end();
      from = to + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  });
  stream.on('end', end);
  stream.on('error', () => {});
}
