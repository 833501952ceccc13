import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The token of an `Authorization: Bearer` header; undefined without one. */
export function bearerIn({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/** The password of an `Authorization: Basic` header; undefined without one. */
export function passwordIn({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  const coded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization)?.[1];
  if (coded === undefined) return undefined;
  const login = Buffer.from(coded, 'base64').toString('utf8');
  const colon = login.indexOf(':');
  return colon === -1 ? undefined : login.slice(colon + 1);
}

/** Takes the same time wherever the texts differ, and whatever their lengths. */
export function sameText(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
