import type { Readable } from 'node:stream';
import { logText } from '../../../model/log-text.ts';
import { oneLine } from '../outside-text.ts';

const HEAD_BYTES = 2_000;
const TAIL_BYTES = 8_000;

/** Keeps the beginning and the end of what a program writes, 10 kB at most; the middle is let go by. */
export function keepOutput(stream: Readable): { readonly text: () => string; readonly firstLine: () => string } {
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let dropped = 0;
  stream.on('data', (chunk: Buffer) => {
    const room = HEAD_BYTES - head.length;
    if (room > 0) head = Buffer.concat([head, chunk.subarray(0, room)]);
    const rest = chunk.subarray(Math.max(0, room));
    const kept = Buffer.concat([tail, rest]).subarray(-TAIL_BYTES);
    dropped += tail.length + rest.length - kept.length;
    tail = Buffer.from(kept);
  });
  stream.on('error', () => {});
  return {
    text: () =>
      dropped === 0
        ? logText(Buffer.concat([head, tail]))
        : `${logText(head)}\n… ${dropped} bytes left out …\n${logText(tail)}`,
    firstLine: () => firstLineOf(logText(head)),
  };
}

function firstLineOf(text: string): string {
  return oneLine(text.split('\n').find((one) => one.trim() !== '') ?? '', 200);
}
