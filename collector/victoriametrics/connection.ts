import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import type { Dispatcher, Pool } from 'undici';

/**
 * undici's pool alone: its index also loads fetch, WebSocket, caches and mocks, at 10 MB of resident memory (measured), and
 * gives the pool its `request`. Loaded when there is somebody to talk to; the version is pinned.
 */
function loadUndici(): { readonly Pool: typeof Pool; readonly request: Dispatcher['request'] } {
  const load = createRequire(import.meta.url);
  return { Pool: load('undici/lib/dispatcher/pool.js'), request: load('undici/lib/api/api-request.js') };
}

/** Keep-alive connections to an origin, over each of which requests go one after the other. */
export interface Connection {
  /** Rejects when there was no whole answer in time; an answer longer than `maxBytes` is cut there. */
  request(request: WholeRequest): Promise<{ status: number; body: Buffer }>;
  /** Resolves when an answer has begun: its body is to be read, or destroyed. Rejects when none began in time. */
  open(request: HttpRequest): Promise<{ status: number; body: Readable }>;
  close(): Promise<void>;
}

export interface HttpRequest {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
  readonly body?: readonly Uint8Array[];
  /** How long nothing may come. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface WholeRequest extends HttpRequest {
  readonly maxBytes: number;
}

/** Opens nothing yet: a connection is made by the first request, and at most so many in all. */
export function connect(origin: string, connections = 1): Connection {
  const undici = loadUndici();
  const pool = new undici.Pool(origin, { connections, pipelining: 1, connect: { timeout: 10_000 } });

  async function open({ path, method = 'POST', headers = {}, body = [], timeoutMs, signal }: HttpRequest) {
    const answer = await undici.request.call(pool, {
      path,
      method,
      headers,
      body: method === 'GET' ? null : Buffer.concat(body),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(signal && { signal }),
    });
    return { status: answer.statusCode, body: answer.body };
  }

  return {
    open,
    async request({ maxBytes, ...request }) {
      const { status, body } = await open(request);
      const chunks: Buffer[] = [];
      let got = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        chunks.push(chunk.subarray(0, maxBytes - got));
        got += chunk.length;
        if (got >= maxBytes) break;
      }
      return { status, body: Buffer.concat(chunks) };
    },
    close: () => pool.destroy(),
  };
}
