import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { CodedError } from '../../../model/errors.ts';
import { ours, quoteAfter, type Reason, reason, reasonInWords } from '../../../model/reason.ts';

/** What a body decoded to: at most the limit, and whether there was more. */
export interface Decoded {
  readonly bytes: Buffer;
  readonly cut: boolean;
}

/** A body that is not what its Content-Encoding says. */
export class Undecodable extends CodedError {
  readonly code = 'undecodable';
  readonly reason: Reason;

  constructor(reason: Reason, options?: ErrorOptions) {
    super(reasonInWords(reason), options);
    this.reason = reason;
  }
}

/** More codings one over the other than anybody needs. */
const MOST_CODINGS = 3;

/** RFC 9659: what a decoder must be able to hold, and nobody may ask more of it. */
const ZSTD_WINDOW_LOG = 23;

/**
 * Undoes the codings of a Content-Encoding, the last one first (RFC 9110, 8.4), never keeping more than `limit` bytes.
 * A body that was cut is decoded as far as it goes. Rejects with `Undecodable`.
 */
export async function decode(raw: Buffer, encoding: string, cut: boolean, limit: number): Promise<Decoded> {
  const codings = encoding
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'identity');
  if (codings.length > MOST_CODINGS) throw new Undecodable(['body is encoded too many times over']);
  let decoded: Decoded = { bytes: raw, cut };
  for (const coding of codings.reverse()) {
    if (decoded.bytes.length === 0) break;
    decoded = await undo(coding, decoded, limit);
  }
  return decoded;
}

function undo(coding: string, { bytes, cut }: Decoded, limit: number): Promise<Decoded> {
  const decoder = decoderFor(coding, bytes, cut);
  if (decoder === undefined)
    return Promise.reject(
      new Undecodable(reason`body has an encoding we cannot read${quoteAfter(': ', coding.slice(0, 30))}`),
    );
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let kept = 0;
    const finish = (more: boolean): void => {
      decoder.destroy();
      resolve({ bytes: Buffer.concat(chunks, Math.min(kept, limit)), cut: cut || more });
    };
    decoder.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      kept += chunk.length;
      if (kept > limit) finish(true);
    });
    decoder.on('end', () => finish(false));
    decoder.on('error', (error) => {
      decoder.destroy();
      reject(new Undecodable(reason`body is not valid ${ours(coding)}`, { cause: error }));
    });
    decoder.end(bytes);
  });
}

function decoderFor(coding: string, bytes: Buffer, cut: boolean): Transform | undefined {
  const { constants } = zlib;
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip(cut ? { finishFlush: constants.Z_SYNC_FLUSH } : {});
    case 'deflate': {
      // Meant is zlib's format; many send the bare one. Its first byte tells them apart.
      const options = cut ? { finishFlush: constants.Z_SYNC_FLUSH } : {};
      return ((bytes[0] ?? 0) & 0x0f) === 8 ? zlib.createInflate(options) : zlib.createInflateRaw(options);
    }
    case 'br':
      return zlib.createBrotliDecompress(cut ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {});
    case 'zstd':
      return zlib.createZstdDecompress({
        params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG },
        ...(cut && { finishFlush: constants.ZSTD_e_flush }),
      });
    default:
      return undefined;
  }
}
