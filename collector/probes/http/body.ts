/** A response's body as it comes: counted up to a limit, and its beginning kept. */
export class Body {
  readonly #keep: number;
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #kept = 0;
  /** How many bytes came, those beyond the limit included. */
  received = 0;
  /** Whether there was more than the limit, and the rest was not read. */
  cut = false;

  /** Bytes to keep, and bytes after which no more should be read. */
  constructor(keep: number, limit: number) {
    this.#keep = keep;
    this.#limit = limit;
  }

  /** Takes a chunk; false when the limit is passed and no more should be read. */
  take(chunk: Buffer): boolean {
    this.received += chunk.length;
    const room = this.#keep - this.#kept;
    if (chunk.length <= room) this.#chunks.push(chunk);
    // A copy, so that the rest of a large chunk is not held.
    else if (room > 0) this.#chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.#kept += Math.min(chunk.length, Math.max(0, room));
    this.cut = this.received > this.#limit;
    return !this.cut;
  }

  /** Whether what was kept is all of it. */
  get whole(): boolean {
    return this.#kept === this.received;
  }

  /** What was kept, as one piece. */
  bytes(): Buffer {
    const [only] = this.#chunks;
    if (only === undefined) return EMPTY;
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? EMPTY;
  }
}

const EMPTY = Buffer.alloc(0);
