/** Replaces every known secret in a text by `[hidden]`. */
export type Redact = (text: string) => string;

/** A redactor that learns more secrets; what it once knew it goes on hiding. */
export interface LearningRedactor {
  readonly redact: Redact;
  learn(secrets: Iterable<string>): void;
}

/** A redactor for these secrets, and those that it is told later. */
export function createLearningRedactor(secrets: Iterable<string>): LearningRedactor {
  const known = new Set(secrets);
  let redact = createRedactor(known);
  return {
    redact: (text) => redact(text),
    learn(more) {
      for (const secret of more) known.add(secret);
      redact = createRedactor(known);
    },
  };
}

/** Shorter ones would turn ordinary words into holes; the config door asks for longer secrets. */
const SHORTEST = 4;
/** What remains of a shorter secret in the middle of base64 could be part of any word. */
const SHORTEST_INSIDE_BASE64 = 8;
/** A line of a key that is shorter may stand in any text. */
const SHORTEST_LINE = 16;
/** Less of the beginning of a secret says little of it, and may be the end of any text. */
const SHORTEST_PART = 6;

const HIDDEN = '[hidden]';

/**
 * A redactor for these secrets: as they stand, also in a header, each line of those that have several, percent-encoded, as in JSON, and in
 * base64 wherever it begins (`Authorization: Basic` has the user before it).
 */
export function createRedactor(secrets: Iterable<string>): Redact {
  const forms = new Set<string>();
  for (const secret of secrets)
    for (const one of [secret, ...linesOf(secret)])
      if (one.length >= SHORTEST) for (const form of formsOf(one)) forms.add(form);
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = anyOf(longestFirst);
  const endings = hideAtCuts([...forms].filter((form) => form.length > SHORTEST_PART));
  return (text) => endings(text.replace(pattern, HIDDEN));
}

/**
 * Hides the beginning of a secret where a text was cut: before a `…`, and at its end. What made the text may have cut it
 * before anybody looked for secrets.
 */
function hideAtCuts(forms: readonly string[]): Redact {
  if (forms.length === 0) return (text) => text;
  const heads = anyOf([...new Set(forms.map((form) => form.slice(0, SHORTEST_PART)))]);
  const longest = Math.max(...forms.map((form) => form.length));
  const hideEnd = (part: string): string => {
    const from = Math.max(0, part.length - longest);
    for (const { index } of part.slice(from).matchAll(heads)) {
      const end = part.slice(from + index);
      if (forms.some((form) => form.startsWith(end))) return part.slice(0, from + index) + HIDDEN;
    }
    return part;
  };
  return (text) => (text.includes('…') ? text.split('…').map(hideEnd).join('…') : hideEnd(text));
}

function anyOf(texts: readonly string[]): RegExp {
  return new RegExp(texts.map((text) => RegExp.escape(text)).join('|'), 'g');
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
    // A header that holds UTF-8 is read as Latin-1.
    Buffer.from(secret).toString('latin1'),
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
