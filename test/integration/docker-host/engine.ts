import { request } from 'node:http';

/** One call of the Engine API over its socket. */
export interface EngineCall {
  readonly method?: string;
  readonly path: string;
  /** Sent as JSON, or as it is when it is bytes. */
  readonly body?: unknown;
}

/** What the Engine answered, parsed when it is JSON; rejects with its words when it refuses. */
export function askEngine(socketPath: string, { method = 'GET', path, body }: EngineCall): Promise<unknown> {
  const bytes = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const type = Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json';
  return new Promise((resolve, reject) => {
    const asked = request({
      socketPath,
      method,
      path,
      ...(bytes && { headers: { 'content-type': type, 'content-length': bytes.length } }),
    });
    asked.setTimeout(60_000, () => asked.destroy(new Error(`${method} ${path}: no answer for 60 s`)));
    asked.on('error', reject);
    asked.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if ((answer.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        else resolve(answer.headers['content-type']?.startsWith('application/json') && text ? lastOf(text) : text);
      });
    });
    asked.end(bytes);
  });
}

/** Importing an image answers with a stream of JSON lines; everything else with one document. */
function lastOf(text: string): unknown {
  const lines = text.trim().split('\n');
  return JSON.parse(lines.at(-1) ?? 'null');
}
