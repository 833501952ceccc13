import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Dispatcher, EnvHttpProxyAgent } from 'undici';
import { CodedError, hasCode, messageOf } from '../model/errors.ts';
import { type Clock, SECOND, spanInWords } from '../model/time.ts';
import { withDeadline } from './deadline.ts';

export interface HttpClientOptions {
  readonly clock: Clock;
  /** Certificates in PEM to trust instead of the system's. */
  readonly ca?: string;
  /** A proxy for all requests; where there is none, the environment's HTTP_PROXY, HTTPS_PROXY and NO_PROXY hold. */
  readonly proxy?: string;
  /** How this client calls itself. */
  readonly userAgent?: string;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For all of it, redirects included; ten seconds when left out. */
  readonly longestMs?: number;
  /** Of the body, also once it is unpacked; 4 MB when left out. */
  readonly maxBytes?: number;
  /** How many redirects are followed; five when left out. */
  readonly redirects?: number;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; of those that came more than once the first. */
  readonly headers: Readonly<Record<string, string>>;
  /** Unpacked. */
  readonly body: Buffer;
  /** Whose answer it is, after redirects. */
  readonly url: string;
}

/** Asks servers of others: bounded in time and size, with redirects, TLS and proxies. */
export interface HttpClient {
  /** Resolves with any answer, whatever its status. Rejects with `HttpFailed` when there was none that can be used. */
  request(url: string, request?: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** The message says which address and what happened, without what stands behind its path or before its host. */
export class HttpFailed extends CodedError {
  readonly code = 'http-failed';
}

const LONGEST_MS = 10 * SECOND;
const MAX_BYTES = 4 * 1024 * 1024;
const REDIRECTS = 5;
/** What one origin is not to learn of another: RFC 9110 §15.4. */
const FOR_ONE_ORIGIN = ['authorization', 'cookie', 'proxy-authorization'];
const UNPACK = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * undici's parts alone: its index also loads fetch, WebSocket, caches and mocks, at 10 MB of resident memory. It also gives every
 * dispatcher its methods, of which a proxy's needs `connect`.
 */
function loadUndici(): { readonly Agent: typeof EnvHttpProxyAgent; readonly request: Dispatcher['request'] } {
  const load = createRequire(import.meta.url);
  load('undici/lib/dispatcher/dispatcher.js').prototype.connect ??= load('undici/lib/api/api-connect.js');
  return {
    Agent: load('undici/lib/dispatcher/env-http-proxy-agent.js'),
    request: load('undici/lib/api/api-request.js'),
  };
}

export function createHttpClient({ clock, ca, proxy, userAgent = 'Signalbox' }: HttpClientOptions): HttpClient {
  const undici = loadUndici();
  const tls = ca === undefined ? {} : { ca };
  const agent = new undici.Agent({
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    ...(proxy !== undefined && { httpProxy: proxy, httpsProxy: proxy, noProxy: '' }),
  });

  async function once(url: URL, { method = 'GET', headers, body }: HttpRequest, maxBytes: number, signal: AbortSignal) {
    const answer = await undici.request.call(agent, {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers: { 'user-agent': userAgent, 'accept-encoding': 'gzip, deflate, br', ...headers },
      body: body ?? null,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const came: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers))
      came[name] = String(Array.isArray(value) ? value[0] : value);
    const chunks: Buffer[] = [];
    let got = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      got += chunk.length;
      if (got > maxBytes) throw new Error(`its answer is larger than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    return { status: answer.statusCode, headers: came, body: Buffer.concat(chunks) };
  }

  async function follow(url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const { redirects = REDIRECTS, maxBytes = MAX_BYTES } = request;
    let at = url;
    let next = request;
    for (let left = redirects; ; left--) {
      const { status, headers, body } = await once(at, next, maxBytes, signal);
      const to = redirectOf(status, headers.location, at);
      if (to === undefined) return { status, headers, body: await unpacked(body, headers, maxBytes), url: at.href };
      if (left === 0) throw new Error(`it redirects more than ${redirects} times`);
      next = redirected(next, status, at, to);
      at = to;
    }
  }

  return {
    async request(url, request = {}) {
      const parsed = URL.parse(url);
      if (parsed === null || !/^https?:$/.test(parsed.protocol))
        throw new HttpFailed(`${JSON.stringify(url.slice(0, 80))} is no http or https address`);
      const { longestMs = LONGEST_MS, signal } = request;
      try {
        return await withDeadline({ clock, ms: longestMs, ...(signal && { signal }) }, (ending) =>
          follow(parsed, request, ending),
        );
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        const late = hasCode(error, 'deadline-passed', 'left-behind');
        const why = late ? `no answer within ${spanInWords(longestMs)}` : messageOf(error);
        throw new HttpFailed(`${parsed.origin}: ${why}`, { cause: error });
      }
    },
    close: () => agent.destroy(),
  };
}

/** Where a redirect leads; undefined when the answer is none. */
function redirectOf(status: number, location: string | undefined, from: URL): URL | undefined {
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  const to = URL.parse(location, from.href);
  if (to === null || !/^https?:$/.test(to.protocol))
    throw new Error('it redirects to what is no http or https address');
  if (from.protocol === 'https:' && to.protocol === 'http:') throw new Error('it redirects from https to http');
  return to;
}

/** The request as it is made at the place where a redirect leads: RFC 9110 §15.4. */
function redirected(request: HttpRequest, status: number, from: URL, to: URL): HttpRequest {
  const asGet = status === 303 || (status < 303 && request.method === 'POST');
  const dropped = [
    ...(asGet ? ['content-type', 'content-encoding'] : []),
    ...(from.origin === to.origin ? [] : FOR_ONE_ORIGIN),
  ];
  const headers = Object.entries(request.headers ?? {}).filter(([name]) => !dropped.includes(name.toLowerCase()));
  const { body: _, ...bodiless } = request;
  return {
    ...(asGet ? bodiless : request),
    ...(asGet && { method: 'GET' as const }),
    headers: Object.fromEntries(headers),
  };
}

async function unpacked(body: Buffer, headers: HttpResponse['headers'], maxBytes: number): Promise<Buffer> {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (body.length === 0 || !Object.hasOwn(UNPACK, encoding)) return body;
  try {
    return await UNPACK[encoding as keyof typeof UNPACK](body, { maxOutputLength: maxBytes });
  } catch (error) {
    const large = hasCode(error, 'ERR_BUFFER_TOO_LARGE');
    throw new Error(large ? `its answer is larger than ${maxBytes} bytes` : `its answer is no valid ${encoding}`);
  }
}
