import { createRedactor } from '../../../model/redact.ts';
import { reveal, Secret, secretsIn } from '../../../model/secret.ts';
import type { HttpSpec } from './http-spec.ts';
import { isSecretName } from './secret-names.ts';
import type { Target } from './target.ts';

const HIDDEN = '[hidden]';

/**
 * Takes everything secret of one monitor out of a text: its secrets, what was made of them (`Basic …`), and the parts of an
 * address that is secret as a whole. The runner hides secrets too, but only as they stand in the config.
 */
export function hiderOf(spec: HttpSpec, first: Target): (text: string) => string {
  const secrets = secretsIn(spec);
  for (let index = 0; index < first.headers.length; index += 2)
    if (/^authorization$/i.test(first.headers[index] ?? ''))
      for (const part of (first.headers[index + 1] ?? '').split(' ').slice(1)) secrets.add(part);
  const url = new URL(reveal(spec.url));
  addTo(secrets, url.username, url.password);
  if (spec.url instanceof Secret) {
    addTo(secrets, ...url.pathname.split('/').filter((part) => part.length >= 8), ...url.searchParams.values());
    addTo(secrets, `${url.pathname}${url.search}`);
    // Of a secret address only where it leads may be known; the whole must not shadow that.
    secrets.delete(url.origin);
  }
  return createRedactor(secrets);
}

function addTo(secrets: Set<string>, ...parts: readonly string[]): void {
  for (const part of parts) {
    if (part === '' || part === '/') continue;
    secrets.add(part);
    try {
      secrets.add(decodeURIComponent(part));
    } catch {
      // Not encoded, then it stands as it is.
    }
  }
}

/** An address as it may be shown: no user, no password, no fragment, and no values of parameters that are likely secret. */
export function shownUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.hash = '';
  for (const name of new Set(shown.searchParams.keys())) if (isSecretName(name)) shown.searchParams.set(name, HIDDEN);
  return shown.href.replaceAll(encodeURIComponent(HIDDEN), HIDDEN);
}

/** The value of a response header as it may be kept: of a cookie only its name. */
export function shownHeader(name: string, value: string): string {
  if (/^set-cookie2?$/i.test(name)) return `${value.split('=')[0]?.slice(0, 60)}=${HIDDEN}`;
  return isSecretName(name) ? HIDDEN : value;
}
