import { crc32 } from 'node:zlib';

/**
 * A frame is what one group commit writes, in part or whole: a header of 20 bytes, little endian
 *
 *     0  'SBF1'
 *     4  length of the payload in bytes, in 24 bits
 *     7  its kind: 0 for values, 1 for stale markers
 *     8  number of samples in it
 *    12  CRC-32 of the payload
 *    16  CRC-32 of the 16 bytes before
 *
 * and a payload: one gzip member (RFC 1952) of lines in the Prometheus text format, each with its timestamp.
 * Members one after the other are a gzip stream again, so values are sent as they lie on disk. Stale markers are lines too,
 * with `NaN` for a value, but only remote write carries them. (Before there were kinds, byte 7 was the upper end of a length
 * that never reached it: always 0.)
 */
export interface Frame {
  readonly kind: FrameKind;
  readonly payload: Buffer;
  readonly count: number;
}

export type FrameKind = 'values' | 'stale';
const KINDS: readonly FrameKind[] = ['values', 'stale'];

export const FRAME_HEADER_BYTES = 20;
/** No payload is longer; a header that says so is not believed. */
export const MAX_PAYLOAD_BYTES = 1 << 20;
const MAGIC = 0x31464253;

export interface FrameHeader {
  readonly kind: FrameKind;
  readonly length: number;
  readonly count: number;
  readonly crc: number;
}

/** The header that stands before a frame's payload. */
export function frameHeader({ kind, payload, count }: Frame): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUIntLE(payload.byteLength, 4, 3);
  header.writeUInt8(KINDS.indexOf(kind), 7);
  header.writeUInt32LE(count, 8);
  header.writeUInt32LE(crc32(payload), 12);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
  return header;
}

/** The header at `offset`, or undefined when what stands there is none. */
export function readFrameHeader(bytes: Buffer, offset: number): FrameHeader | undefined {
  if (offset + FRAME_HEADER_BYTES > bytes.length || bytes.readUInt32LE(offset) !== MAGIC) return undefined;
  if (crc32(bytes.subarray(offset, offset + 16)) !== bytes.readUInt32LE(offset + 16)) return undefined;
  const length = bytes.readUIntLE(offset + 4, 3);
  const kind = KINDS[bytes.readUInt8(offset + 7)];
  if (length > MAX_PAYLOAD_BYTES || kind === undefined) return undefined;
  return { kind, length, count: bytes.readUInt32LE(offset + 8), crc: bytes.readUInt32LE(offset + 12) };
}

/** Where the next believable header stands at or after `offset`; undefined when there is none in these bytes. */
export function findFrame(bytes: Buffer, offset: number): number | undefined {
  for (let at = bytes.indexOf('SBF1', offset); at !== -1; at = bytes.indexOf('SBF1', at + 1))
    if (readFrameHeader(bytes, at) !== undefined) return at;
  return undefined;
}

/** Whether a payload is what its header says. */
export function isSound(header: FrameHeader, payload: Uint8Array): boolean {
  return crc32(payload) === header.crc;
}
