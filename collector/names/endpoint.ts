import { isIP, isIPv6 } from 'node:net';

/** A host, as written, and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`, `10.0.0.53:5353`, `[::1]:53`, and where there is a default port also `host` and `::1`; undefined when it is none of these. */
export function parseEndpoint(text: string, defaultPort?: number): Endpoint | undefined {
  if (isIPv6(text)) return defaultPort === undefined ? undefined : { host: text, port: defaultPort };
  const [, bracketed, plain, written] = /^(?:\[([^\]]+)\]|([^\s:[\]/@?#]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const port = written === undefined ? defaultPort : Number(written);
  if (!isHost(host) || (bracketed !== undefined && !isIPv6(bracketed))) return undefined;
  return port === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** Whether a text can be the name or the address of a machine: labels of at most 63 characters, 253 in all (RFC 1035), never an option. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  // Four numbers with dots between that are no address would only be a mistyped one.
  if (/^[\d.]+$/.test(text) || text.length > 253) return false;
  return text
    .replace(/\.$/, '')
    .split('.')
    .every((label) => /^[\p{L}\p{N}_](?:[\p{L}\p{N}\p{M}_-]{0,61}[\p{L}\p{N}\p{M}_])?$/u.test(label));
}

/** `10.0.0.53` and `[::1]:5353`: the port only where it is not the usual one. */
export function endpointInWords(endpoint: Endpoint, usualPort?: number): string {
  if (endpoint.port === usualPort) return endpoint.host;
  return isIPv6(endpoint.host) ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}
