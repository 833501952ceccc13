import { stripVTControlCharacters } from 'node:util';

/** Bytes of a foreign program's output as text that is safe to keep and show: no control characters but line ends and tabs, no broken first character. */
export function logText(bytes: Uint8Array): string {
  let start = 0;
  // A cut inside a character leaves up to three continuation bytes (10xxxxxx) at the front.
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  const text = new TextDecoder().decode(bytes.subarray(start));
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{C}\n\t]/gu, '')
    .trimEnd();
}
