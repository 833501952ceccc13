/** The bytes that mean something in both formats. */
export const TAB = 9;
export const LINE_FEED = 10;
export const SPACE = 32;
export const QUOTE = 34;
export const HASH = 35;
export const COMMA = 44;
export const EQUALS = 61;
export const BACKSLASH = 92;
export const OPEN = 123;
export const CLOSE = 125;

/** What a byte may be in a name, as bits of `KIND`. */
export const BEGINS_LABEL = 1;
export const IN_LABEL = 2;
export const BEGINS_NAME = 4;
export const IN_NAME = 8;

/** For each byte, the bits of what it may be: names are of `[a-zA-Z0-9_]`, metrics' names also of `:`, none begins with a digit. */
export const KIND = new Uint8Array(256);

for (let byte = 0; byte < 256; byte++) {
  const letter = (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95;
  const digit = byte >= 48 && byte <= 57;
  if (letter) KIND[byte] = BEGINS_LABEL | IN_LABEL | BEGINS_NAME | IN_NAME;
  if (digit) KIND[byte] = IN_LABEL | IN_NAME;
  if (byte === 58) KIND[byte] = BEGINS_NAME | IN_NAME;
}
