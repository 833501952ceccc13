import { isUtf8 } from 'node:buffer';
import { LINE_FEED } from './characters.ts';
import { Broken } from './flaws.ts';

const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** Throws `Broken` at the first byte between two places that is not UTF-8. */
export function checkUtf8(text: Buffer, from: number, to: number): void {
  while (from < to) {
    const lineFeed = text.indexOf(LINE_FEED, from);
    const end = lineFeed < 0 || lineFeed >= to ? to : lineFeed + 1;
    if (!isUtf8(text.subarray(from, end)))
      throw new Broken(firstWrong(text, from), 'came a byte that is not UTF-8, wanted UTF-8');
    from = end;
  }
}

function firstWrong(text: Buffer, from: number): number {
  for (let at = from; at < text.length; ) {
    const lead = text[at] as number;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (!isUtf8(text.subarray(at, at + length))) return at;
    at += length;
  }
  return from;
}

/** The text as other systems' editors do not write it: without a byte order mark, and with line feeds alone at the ends of lines. Lines and columns stay. */
export function withoutForeignMarks(text: Buffer): Buffer {
  const marked = text.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const bare = marked ? text.subarray(BYTE_ORDER_MARK.length) : text;
  if (!bare.includes('\r\n')) return bare;
  return Buffer.from(bare.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}
