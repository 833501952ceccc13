/** Replaces every known secret in a text by `[hidden]`. */
export type Redact = (text: string) => string;

/** Shorter ones would turn ordinary words into holes; the config door asks for longer secrets. */
const SHORTEST = 4;

/** A redactor for these secrets, as they stand, percent-encoded and in base64 (as in `Authorization: Basic`). */
export function createRedactor(secrets: Iterable<string>): Redact {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST) continue;
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), base64Core(secret)])
      forms.add(form);
  }
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map((form) => RegExp.escape(form)).join('|'), 'g');
  return (text) => text.replace(pattern, '[hidden]');
}

/** The base64 of a secret less the end, which changes with what follows it. */
function base64Core(secret: string): string {
  const whole = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return secret.length % 3 === 0 ? whole : whole.slice(0, -1);
}
