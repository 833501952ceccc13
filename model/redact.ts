/** Replaces every known secret in a text by `[hidden]`. */
export type Redact = (text: string) => string;

/** Shorter ones would turn ordinary words into holes; the config door asks for longer secrets. */
const SHORTEST = 4;
/** What remains of a shorter secret in the middle of base64 could be part of any word. */
const SHORTEST_INSIDE_BASE64 = 8;
/** A line of a key that is shorter may stand in any text. */
const SHORTEST_LINE = 16;

/**
 * A redactor for these secrets: as they stand, each line of those that have several, percent-encoded, as in JSON, and in
 * base64 wherever it begins (`Authorization: Basic` has the user before it).
 */
export function createRedactor(secrets: Iterable<string>): Redact {
  const forms = new Set<string>();
  for (const secret of secrets)
    for (const one of [secret, ...linesOf(secret)])
      if (one.length >= SHORTEST) for (const form of formsOf(one)) forms.add(form);
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map((form) => RegExp.escape(form)).join('|'), 'g');
  return (text) => text.replace(pattern, '[hidden]');
}

/** The lines of a key; its first and last say only that it is one. */
function linesOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/);
  return lines.length < 2 ? [] : lines.filter((line) => line.length >= SHORTEST_LINE && !line.startsWith('-----'));
}

function formsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret.toWellFormed());
  const base64 = [0, 1, 2]
    .filter((before) => before === 0 || secret.length >= SHORTEST_INSIDE_BASE64)
    .map((before) => base64Core(secret, before));
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encoded,
    encodeURI(secret.toWellFormed()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    encoded.replace(/%../g, (byte) => byte.toLowerCase()),
    ...base64,
    ...base64.map((core) => core.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** The base64 of a secret with so many bytes before it, less both ends, which change with what is around it. */
function base64Core(secret: string, before: number): string {
  const whole = Buffer.from('\0'.repeat(before) + secret).toString('base64');
  const bytes = before + Buffer.byteLength(secret);
  const from = Math.ceil((before * 8) / 6);
  return whole.slice(from, Math.floor((bytes * 8) / 6));
}
