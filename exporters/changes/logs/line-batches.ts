/** Lines that were whole so far, and how many bytes they and all before them took. */
export interface LineBatch {
  readonly lines: readonly string[];
  readonly bytes: number;
}

/** What is kept of a line, in bytes: a run of apt over three thousand packages fits. */
const LONGEST_LINE = 512 * 1024;
const LINE_FEED = 10;

/**
 * The lines of a file as it is read, a chunk at a time. Of a longer line the beginning is given. A last line without an end is given
 * only where `toEnd` says that nothing will be added to it. At most `limit` bytes are read.
 */
export async function* lineBatches(
  chunks: AsyncIterable<Buffer>,
  { toEnd, limit }: { readonly toEnd: boolean; readonly limit: number },
): AsyncGenerator<LineBatch> {
  let open: Buffer[] = [];
  let openBytes = 0;
  let dropped = 0;
  let bytes = 0;
  const keep = (piece: Buffer): void => {
    const kept = piece.subarray(0, Math.max(0, LONGEST_LINE - openBytes));
    if (kept.length > 0) open.push(kept);
    openBytes += kept.length;
    dropped += piece.length - kept.length;
  };
  const close = (): string => {
    const line = open.length === 1 && open[0] !== undefined ? open[0] : Buffer.concat(open);
    bytes += openBytes + dropped;
    [open, openBytes, dropped] = [[], 0, 0];
    return line.toString('utf8');
  };
  for await (const chunk of chunks) {
    const lines: string[] = [];
    const first = chunk.indexOf(LINE_FEED);
    const last = chunk.lastIndexOf(LINE_FEED);
    if (first >= 0) {
      keep(chunk.subarray(0, first));
      lines.push(close());
      bytes++;
    }
    if (last > first) {
      // Decoded together: a Buffer for each line would be most of the work.
      for (const line of chunk.toString('utf8', first + 1, last).split('\n')) lines.push(line);
      bytes += last - first;
    }
    keep(chunk.subarray(last + 1));
    if (lines.length > 0) yield { lines, bytes };
    if (bytes + openBytes + dropped > limit) return;
  }
  if (toEnd && openBytes > 0) yield { lines: [close()], bytes };
}
