import { type Reason, reason } from '../../../model/reason.ts';
import { reveal, Secret } from '../../../model/secret.ts';
import type { HttpSpec } from './http-spec.ts';
import { isSecretName } from './secret-names.ts';

/** One request to make: where to, and what to send. */
export interface Target {
  readonly url: URL;
  readonly method: string;
  /** Names and values in turn, without those that belong to the connection. */
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
  /** What the site set on the way here, as a Cookie header's value; empty when nothing. */
  readonly cookies?: string;
  /** Whether it goes where the config said: only there go secrets, the client certificate and the name to insist on. */
  readonly home: boolean;
}

/** The request that the config asks for. */
export function firstTarget(spec: HttpSpec): Target {
  const url = new URL(reveal(spec.url));
  const headers: string[] = [];
  for (const [name, value] of Object.entries(spec.headers ?? {})) headers.push(name, reveal(value));
  const credentials = authorizationOf(spec, url);
  if (credentials !== undefined) headers.push('Authorization', credentials);
  url.username = '';
  url.password = '';
  url.hash = '';
  const body = spec.body === undefined ? undefined : Buffer.from(reveal(spec.body));
  return { url, method: spec.method ?? (body === undefined ? 'GET' : 'POST'), headers, body, home: true };
}

function authorizationOf(spec: HttpSpec, url: URL): string | undefined {
  const { auth } = spec;
  if (auth !== undefined && 'bearer' in auth) return `Bearer ${auth.bearer.reveal()}`;
  if (auth !== undefined) return basic(auth.basic.user, auth.basic.password.reveal());
  if (url.username === '' && url.password === '') return undefined;
  return basic(decodeURIComponent(url.username), decodeURIComponent(url.password));
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** A redirect that is not followed, and why. */
export interface Refusal {
  readonly refused: Reason;
}

/**
 * The request that a redirect asks for (RFC 9110, 15.4). Secrets, and headers that likely are, never go to another origin, and
 * stay away once they were left behind (from http to https on the same host is no other); a body that is secret is not sent there at all.
 */
export function redirectedTarget(spec: HttpSpec, from: Target, status: number, to: URL): Target | Refusal {
  const home = from.home && (to.origin === from.url.origin || isUpgrade(from.url, to));
  const asksAgain =
    (status === 303 && from.method !== 'HEAD') || ((status === 301 || status === 302) && from.method === 'POST');
  if (!asksAgain && !home && spec.body instanceof Secret && from.body !== undefined)
    return { refused: reason`status ${status} would carry the secret body to another host` };
  const url = new URL(to);
  url.username = '';
  url.password = '';
  url.hash = '';
  const keep = (name: string): boolean =>
    (home || (!/^host$/i.test(name) && !isSecretName(name) && !isSecretHeader(spec, name))) &&
    !(asksAgain && /^content-/i.test(name));
  return {
    url,
    method: asksAgain ? 'GET' : from.method,
    headers: pairs(from.headers)
      .filter(([name]) => keep(name))
      .flat(),
    body: asksAgain ? undefined : from.body,
    home,
  };
}

/** The same host, now by TLS: who was trusted in the open is trusted all the more (curl and browsers differ; HSTS agrees). */
function isUpgrade(from: URL, to: URL): boolean {
  return (
    from.protocol === 'http:' &&
    to.protocol === 'https:' &&
    from.hostname === to.hostname &&
    `${from.port}${to.port}` === ''
  );
}

function isSecretHeader(spec: HttpSpec, name: string): boolean {
  return spec.headers?.[name] instanceof Secret;
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) found.push([flat[index] ?? '', flat[index + 1] ?? '']);
  return found;
}

/** Everything between the request line and the body, names and values in turn. */
export function wireHeaders(target: Target): string[] {
  const has = (name: string): boolean =>
    target.headers.some((one, index) => index % 2 === 0 && one.toLowerCase() === name);
  const wire = has('host') ? [] : ['Host', target.url.host];
  if (!has('user-agent')) wire.push('User-Agent', 'Signalbox');
  if (!has('accept')) wire.push('Accept', '*/*');
  wire.push(...withCookies(target));
  if (target.body !== undefined) wire.push('Content-Length', String(target.body.length));
  if (!has('connection')) wire.push('Connection', has('upgrade') ? 'Upgrade' : 'close');
  return wire;
}

/** The headers of the target with the cookies of the way added to the config's own. */
function withCookies({ headers, cookies = '' }: Target): readonly string[] {
  if (cookies === '') return headers;
  const own = headers.findIndex((one, index) => index % 2 === 0 && one.toLowerCase() === 'cookie');
  if (own < 0) return [...headers, 'Cookie', cookies];
  return headers.toSpliced(own, 2, 'Cookie', `${headers[own + 1]}; ${cookies}`);
}

/** The host to find or to connect to: a name, or an address without brackets. A dot at its end means that no search list applies. */
export function hostOf(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}

/** The port that the address names, or that of its scheme. */
export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}
