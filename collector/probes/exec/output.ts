import type { Readable } from 'node:stream';
import { logText } from '../../../model/log-text.ts';
import { oneLine } from '../../../model/outside-text.ts';
import { createRedactor } from '../../../model/redact.ts';

const HEAD_BYTES = 2_000;
const TAIL_BYTES = 8_000;

/**
 * Keeps the beginning and the end of what a program writes, 10 kB at most; the middle is let go by. Secrets are hidden before
 * the text is cut, for half a secret is found by nobody later: of each cut as many bytes are kept as the longest of them has.
 */
export function keepOutput(
  stream: Readable,
  secrets: ReadonlySet<string>,
): { readonly text: () => string; readonly firstLine: () => string } {
  const hide = createRedactor(secrets);
  // In base64 or percent-encoded a secret is up to three times as long.
  const margin = 3 * Math.max(0, ...[...secrets].map((one) => Buffer.byteLength(one)));
  const headBytes = HEAD_BYTES + margin;
  const tailBytes = TAIL_BYTES + margin;
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let dropped = 0;
  stream.on('data', (chunk: Buffer) => {
    const room = headBytes - head.length;
    if (room > 0) head = Buffer.concat([head, chunk.subarray(0, room)]);
    const rest = chunk.subarray(Math.max(0, room));
    const kept = Buffer.concat([tail, rest]).subarray(-tailBytes);
    dropped += tail.length + rest.length - kept.length;
    tail = Buffer.from(kept);
  });
  stream.on('error', () => {});
  return {
    text: () =>
      dropped === 0
        ? hide(logText(Buffer.concat([head, tail])))
        : `${hide(logText(head)).slice(0, margin === 0 ? undefined : -margin)}\n… ${dropped + 2 * margin} bytes left out …\n${hide(logText(tail)).slice(margin)}`,
    firstLine: () => firstLineOf(hide(logText(head))),
  };
}

function firstLineOf(text: string): string {
  return oneLine(text.split('\n').find((one) => one.trim() !== '') ?? '', 200);
}
