import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import { reveal, Secret } from '../../../model/secret.ts';
import { SECRET_WANTED } from '../../../model/settings.ts';
import type { HttpSpec } from './http-spec.ts';
import { lintExpectations } from './lint-expectations.ts';
import { lintTls } from './lint-tls.ts';
import { isSecretName } from './secret-names.ts';

/** One contradiction: where, and what was wanted instead. */
export interface Lint {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The contradictions in an http monitor that its schema cannot say. */
export function lintHttp(spec: HttpSpec): readonly Lint[] {
  return [
    ...lintUrl(spec),
    ...lintHeaders(spec),
    ...lintMethod(spec),
    ...lintRedirects(spec),
    ...lintTls(spec),
    ...lintExpectations(spec),
  ];
}

function lintUrl(spec: HttpSpec): Lint[] {
  const found: Lint[] = [];
  const url = new URL(reveal(spec.url));
  const clear = !(spec.url instanceof Secret);
  if (clear && (url.username !== '' || url.password !== ''))
    found.push({
      path: ['url'],
      message: 'an address without user and password; use auth: { basic: … } with a secret password',
    });
  for (const [name, value] of url.searchParams)
    if (clear && value !== '' && isSecretName(name))
      found.push({ path: ['url'], message: `${SECRET_WANTED} (the parameter ${name} looks like one)` });
  if (spec.auth !== undefined && url.username !== '')
    found.push({ path: ['auth'], message: 'auth, or user and password in the address, not both' });
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && spec.ip !== undefined && spec.ip !== (isIPv6(host) ? 6 : 4))
    found.push({ path: ['ip'], message: `an address that fits: ${host} is an IPv${isIPv6(host) ? 6 : 4} address` });
  return found;
}

/** Headers that are the connection's own business: setting them would break the framing of the request. */
const FRAMING = /^(?:content-length|transfer-encoding|te|trailer|keep-alive|proxy-connection|expect)$/i;

function lintHeaders(spec: HttpSpec): Lint[] {
  const found: Lint[] = [];
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(spec.headers ?? {})) {
    const path = ['headers', name];
    const lower = name.toLowerCase();
    if (!isSendable(name, reveal(value)))
      found.push({ path, message: 'a header that can be sent: a plain name, and a value without line breaks' });
    if (FRAMING.test(name)) found.push({ path, message: 'no such header: it is set by the request itself' });
    if (seen.has(lower)) found.push({ path, message: 'each header once, whatever its case' });
    seen.add(lower);
    if (isSecretName(name) && !(value instanceof Secret)) found.push({ path, message: SECRET_WANTED });
  }
  const signedIn = spec.auth !== undefined || new URL(reveal(spec.url)).username !== '';
  if (signedIn && seen.has('authorization'))
    found.push({ path: ['auth'], message: 'auth or an Authorization header, not both' });
  return found;
}

function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS']);

function lintMethod(spec: HttpSpec): Lint[] {
  if (spec.body === undefined || spec.method === undefined || !BODILESS.has(spec.method)) return [];
  return [
    {
      path: ['body'],
      message: `no body with ${spec.method}, or another method: servers may do anything with it (RFC 9110, 9.3)`,
    },
  ];
}

function lintRedirects(spec: HttpSpec): Lint[] {
  if (!('chain' in spec.redirects)) return [];
  const found: Lint[] = [];
  let at = reveal(spec.url);
  for (const [index, hop] of spec.redirects.chain.entries()) {
    const to = URL.parse(hop.to, at);
    if (to === null || !/^https?:$/.test(to.protocol))
      found.push({
        path: ['redirects', 'chain', index, 'to'],
        message: 'where the redirect leads, as https://example.net/path',
      });
    else at = to.href;
    if (hop.status?.some((range) => range.from < 300 || range.to > 399))
      found.push({
        path: ['redirects', 'chain', index, 'status'],
        message: 'a status from 300 to 399: the last answer goes into expect',
      });
  }
  return found;
}
