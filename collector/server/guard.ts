import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { type Answer, type Route, say } from '../../model/route.ts';

/** A host and its port as a client names them. */
interface Authority {
  readonly host: string;
  /** Undefined where it is that of the scheme. */
  readonly port: string | undefined;
}

/**
 * The name by which a client calls this box, where it is none of the box's: then it was led here by somebody else's name server (DNS
 * rebinding), and what it sends is what a page under that name wants. Addresses, `localhost`, the machine's own name and `names` are the
 * box's; a client that gives no name is no browser. Undefined when all is well.
 */
export function foreignName(host: string | undefined, names: readonly string[]): string | undefined {
  if (host === undefined || host === '') return undefined;
  const called = readAuthority(host)?.host;
  if (called === undefined) return host;
  if (isIP(called) !== 0 || called === 'localhost' || called.endsWith('.localhost')) return undefined;
  return names.includes(called) || ownNames().includes(called) ? undefined : called;
}

/** The machine's name as it is set, without its domain, and as it is found by multicast DNS. */
function ownNames(): string[] {
  const own = hostname().toLowerCase();
  const [short = own] = own.split('.');
  return [own, short, `${short}.local`];
}

/**
 * Why a request comes from a page of another site: a browser sends what any page tells it to. Undefined for programs, and for the box's
 * own pages. Browsers tell the site (Fetch Metadata) only to `https` and `localhost`; to others there are `Origin`, which a GET lacks,
 * and `Referer`, which a page can withhold.
 */
function foreignPage(headers: IncomingHttpHeaders): string | undefined {
  const site = headers['sec-fetch-site'];
  const isForeign =
    site === undefined
      ? [headers.origin, headers.referer].some((from) => from !== undefined && !isOwn(from, headers.host))
      : site !== 'same-origin' && site !== 'none';
  return isForeign ? 'one of them asks for it' : undefined;
}

/** Why a browser that says nothing of the page is not believed: it may be one that withholds itself. Programs send no language. */
function silentBrowser(headers: IncomingHttpHeaders): string | undefined {
  if (headers['sec-fetch-site'] !== undefined || (headers.origin ?? headers.referer) !== undefined) return undefined;
  const isBrowser = /^Mozilla\//.test(headers['user-agent'] ?? '') && headers['accept-language'] !== undefined;
  return isBrowser ? 'a browser asks for it and does not say for which page; use curl or the like' : undefined;
}

function isOwn(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const { hostname: called, port, protocol } = new URL(origin);
  const own = readAuthority(host);
  const standard = protocol === 'https:' ? '443' : '80';
  return own?.host === called.replace(/^\[|\]$/g, '') && (own.port ?? standard) === (port === '' ? standard : port);
}

/** `box.lan:8300`, `[::1]:8300`, `127.0.0.1`: RFC 9110 §7.2. The host is in lower case and without brackets. */
function readAuthority(text: string): Authority | undefined {
  const [, six, other, port] = /^(?:\[([\da-f:.]+)\]|([^\s:/?#@[\]]+?)\.?)(?::(\d*))?$/i.exec(text) ?? [];
  const host = six ?? other;
  return host === undefined ? undefined : { host: host.toLowerCase(), port: port === '' ? undefined : port };
}

/** The answer to a request that the route is not for; undefined when it is. */
export function refusalOf(route: Route, method: string, headers: IncomingHttpHeaders): Answer | undefined {
  const gets = method === 'GET' || method === 'HEAD';
  if (route.for === 'readers' && gets) return undefined;
  const why = foreignPage(headers) ?? (gets ? silentBrowser(headers) : undefined);
  return why === undefined ? undefined : say(403, `This is not for pages of other sites: ${why}.`);
}
