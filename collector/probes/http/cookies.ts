import type { IncomingMessage } from 'node:http';

/** More than a site needs to let a visitor in. */
const MOST_COOKIES = 50;
const LONGEST_COOKIE = 4096;

/**
 * The cookies of one check, so that a site that sets one and redirects lets us in. Each goes back only to the very host that
 * set it (RFC 6265, 5.3, without Domain), and a `Secure` one only by TLS; all are forgotten when the check ends.
 */
export interface Cookies {
  /** Takes what a response sets, or takes back. */
  take(from: URL, response: IncomingMessage): void;
  /** The value of the Cookie header for a request; empty when there is none. */
  headerFor(to: URL): string;
}

interface Cookie {
  readonly value: string;
  readonly secure: boolean;
}

/** An empty jar. */
export function createCookies(): Cookies {
  const hosts = new Map<string, Map<string, Cookie>>();
  let count = 0;
  return {
    take(from, response) {
      for (const line of response.headers['set-cookie'] ?? []) {
        const [pair = '', ...attributes] = line.split(';');
        const at = pair.indexOf('=');
        const name = pair.slice(0, at).trim();
        if (at < 1 || name === '' || pair.length > LONGEST_COOKIE) continue;
        const jar = hosts.get(from.hostname) ?? new Map<string, Cookie>();
        hosts.set(from.hostname, jar);
        const words = attributes.map((one) => one.trim().toLowerCase());
        if (words.some(isOver)) jar.delete(name);
        else if (jar.has(name) || count++ < MOST_COOKIES)
          jar.set(name, { value: pair.slice(at + 1).trim(), secure: words.includes('secure') });
      }
    },
    headerFor(to) {
      const cookies = [...(hosts.get(to.hostname) ?? [])].filter(([, one]) => to.protocol === 'https:' || !one.secure);
      return cookies.map(([name, { value }]) => `${name}=${value}`).join('; ');
    },
  };
}

function isOver(attribute: string): boolean {
  const [name, value = ''] = attribute.split('=');
  return (name === 'max-age' && Number(value) <= 0) || (name === 'expires' && Date.parse(value) <= 0);
}
