import { isUtf8 } from 'node:buffer';
import type { Decoded } from './decode.ts';

/** A decoded body, read as text only when somebody asks. */
export class BodyText {
  readonly bytes: Buffer;
  /** Whether it is only the beginning. */
  readonly cut: boolean;
  readonly #charset: string;
  #text: string | undefined;

  constructor(decoded: Decoded, contentType: string | undefined) {
    this.bytes = decoded.bytes;
    this.cut = decoded.cut;
    this.#charset = /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  }

  /** The body by its charset; by UTF-8 when it names none or one that is unknown. What does not fit becomes U+FFFD. */
  get text(): string {
    this.#text ??= this.#plain ? this.bytes.toString('utf8') : this.#decode();
    return this.#text;
  }

  /** Whether the text is in the body; cheaper than asking the text itself. */
  contains(needle: Buffer): boolean {
    return this.#plain ? this.bytes.includes(needle) : this.text.includes(needle.toString());
  }

  get #plain(): boolean {
    return this.#charset === 'utf-8' || this.#charset === 'utf8' || this.#charset === 'us-ascii';
  }

  #decode(): string {
    try {
      return new TextDecoder(this.#charset).decode(this.bytes);
    } catch {
      return this.bytes.toString('utf8');
    }
  }

  /** The first `max` bytes for a person to read; of what is no text, only how long it is. */
  excerpt(max: number): string {
    const start = this.bytes.subarray(0, max);
    // A character cut at the end makes the last bytes bad UTF-8, and is no sign of binary data.
    const text = this.#plain ? start.toString('utf8').replace(/\uFFFD$/u, '') : this.text.slice(0, max);
    const odd = start.filter((byte) => byte < 9 || (byte > 13 && byte < 32)).length;
    if (this.#plain && odd > start.length / 50 && !isUtf8(start.subarray(0, -3)))
      return `(${this.bytes.length} bytes that are not text)`;
    if (odd > start.length / 10) return `(${this.bytes.length} bytes that are not text)`;
    return text;
  }
}
