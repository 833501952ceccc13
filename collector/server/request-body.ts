import type { IncomingMessage } from 'node:http';
import { BodyTooLarge } from '../../model/route.ts';

/** The whole body of a request; rejects with `BodyTooLarge` as soon as it is known to be longer than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length']) > limit) throw new BodyTooLarge(limit);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(request)) {
    length += chunk.length;
    if (length > limit) throw new BodyTooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads a request's body to its end in constant memory and gives its last `bytes`. */
export async function readTail(request: IncomingMessage, bytes: number): Promise<Buffer> {
  let kept = Buffer.alloc(0);
  for await (const chunk of chunksOf(request)) {
    kept = Buffer.concat(
      chunk.length >= bytes ? [chunk.subarray(-bytes)] : [kept.subarray(chunk.length - bytes), chunk],
    );
  }
  return kept;
}

/** The body's chunks; the stream is left open when the reader stops early, so that an answer can still be sent. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
}

/** Lets what is left of a body nobody read go by, so that the client sees the answer; hangs up after `limit` bytes more. */
export function discardRest(request: IncomingMessage, limit: number): void {
  if (request.complete) return;
  let left = limit;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.on('error', () => {});
  request.resume();
}
