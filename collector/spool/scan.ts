import type { FileHandle } from 'node:fs/promises';
import { FRAME_HEADER_BYTES, type Frame, findFrame, isSound, readFrameHeader } from './frame.ts';

/** What a scan meets, in order: a sound frame, or a stretch of bytes that is none. */
export type Found =
  | (Frame & { readonly sound: true; readonly at: number; readonly end: number })
  | { readonly sound: false; readonly at: number; readonly end: number };

const CHUNK_BYTES = 128 * 1024;

/** Reads the frames of `[from, to)`, holding one chunk at a time. Rot is skipped to the next believable header. */
export async function* scanFrames(handle: FileHandle, from: number, to: number): AsyncGenerator<Found> {
  let at = from;
  let wanted = CHUNK_BYTES;
  while (at < to) {
    const bytes = await readAt(handle, at, Math.min(wanted, to - at));
    if (bytes.length === 0) return;
    const isLast = at + bytes.length >= to || bytes.length < Math.min(wanted, to - at);
    wanted = CHUNK_BYTES;
    let offset = 0;
    while (offset < bytes.length) {
      const met = meet(bytes, offset, isLast);
      if (typeof met === 'number') {
        wanted = Math.max(CHUNK_BYTES, met);
        break;
      }
      yield { ...met, at: at + met.at, end: at + met.end };
      offset = met.end;
    }
    at += offset;
  }
}

/** What stands at `offset`; or, when it is cut off by the chunk's end, how many bytes are needed to tell. */
function meet(bytes: Buffer, offset: number, isLast: boolean): Found | number {
  const header = readFrameHeader(bytes, offset);
  if (header === undefined && !isLast && bytes.length - offset < FRAME_HEADER_BYTES) return CHUNK_BYTES;
  if (header !== undefined) {
    const end = offset + FRAME_HEADER_BYTES + header.length;
    if (end > bytes.length && !isLast) return end - offset;
    const payload = bytes.subarray(offset + FRAME_HEADER_BYTES, end);
    if (end <= bytes.length) {
      const { kind, count } = header;
      if (isSound(header, payload)) return { sound: true, at: offset, end, kind, count, payload };
      return { sound: false, at: offset, end };
    }
  }
  const rest = isLast ? bytes.length : bytes.length - FRAME_HEADER_BYTES + 1;
  return { sound: false, at: offset, end: findFrame(bytes, offset + 1) ?? Math.max(offset + 1, rest) };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  let got = 0;
  while (got < length) {
    const { bytesRead } = await handle.read(buffer, got, length - got, position + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return buffer.subarray(0, got);
}
