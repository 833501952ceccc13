import { crc32 } from 'node:zlib';

/**
 * A frame is what one group commit writes, in part or whole: a header of 20 bytes, little endian
 *
 *     0  'SBF1'
 *     4  length of the payload in bytes
 *     8  number of samples in it
 *    12  CRC-32 of the payload
 *    16  CRC-32 of the 16 bytes before
 *
 * and a payload: one gzip member (RFC 1952) of lines in the Prometheus text format, each with its timestamp.
 * Members one after the other are a gzip stream again, so payloads are sent as they lie on disk.
 */
export const FRAME_HEADER_BYTES = 20;
/** No payload is longer; a header that says so is not believed. */
export const MAX_PAYLOAD_BYTES = 1 << 20;
const MAGIC = 0x31464253;

export interface FrameHeader {
  readonly length: number;
  readonly count: number;
  readonly crc: number;
}

/** The header for a payload of `count` samples. */
export function frameHeader(payload: Uint8Array, count: number): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(payload.byteLength, 4);
  header.writeUInt32LE(count, 8);
  header.writeUInt32LE(crc32(payload), 12);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
  return header;
}

/** The header at `offset`, or undefined when what stands there is none. */
export function readFrameHeader(bytes: Buffer, offset: number): FrameHeader | undefined {
  if (offset + FRAME_HEADER_BYTES > bytes.length || bytes.readUInt32LE(offset) !== MAGIC) return undefined;
  if (crc32(bytes.subarray(offset, offset + 16)) !== bytes.readUInt32LE(offset + 16)) return undefined;
  const length = bytes.readUInt32LE(offset + 4);
  if (length > MAX_PAYLOAD_BYTES) return undefined;
  return { length, count: bytes.readUInt32LE(offset + 8), crc: bytes.readUInt32LE(offset + 12) };
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
