import { createRequire } from 'node:module';
import type { Client, Dispatcher } from 'undici';

/**
 * undici's client alone: its index also loads fetch, WebSocket, caches and mocks, at 10 MB of resident memory (measured), and
 * gives the client its `request`. Loaded when there is somebody to talk to; the version is pinned.
 */
function loadUndici(): { readonly Client: typeof Client; readonly request: Dispatcher['request'] } {
  const load = createRequire(import.meta.url);
  return { Client: load('undici/lib/dispatcher/client.js'), request: load('undici/lib/api/api-request.js') };
}

/** One keep-alive connection to an origin, over which requests go one after the other. */
export interface Connection {
  /** Rejects when there was no whole answer in time; an answer longer than `maxBytes` is cut there. */
  request(request: HttpRequest): Promise<{ status: number; body: Buffer }>;
  close(): Promise<void>;
}

export interface HttpRequest {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
  readonly body?: readonly Uint8Array[];
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Opens nothing yet: the connection is made by the first request. */
export function connect(origin: string): Connection {
  const undici = loadUndici();
  const client = new undici.Client(origin, { pipelining: 1, connect: { timeout: 10_000 } });
  return {
    async request({ path, method = 'POST', headers = {}, body = [], timeoutMs, maxBytes, signal }) {
      const answer = await undici.request.call(client, {
        path,
        method,
        headers,
        body: method === 'GET' ? null : Buffer.concat(body),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        ...(signal && { signal }),
      });
      const chunks: Buffer[] = [];
      let got = 0;
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        chunks.push(chunk.subarray(0, maxBytes - got));
        got += chunk.length;
        if (got >= maxBytes) break;
      }
      return { status: answer.statusCode, body: Buffer.concat(chunks) };
    },
    close: () => client.destroy(),
  };
}
