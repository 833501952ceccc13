import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands before a VictoriaMetrics in a test: a reverse proxy, or a server that only answers. */
export interface Gate extends AsyncDisposable {
  readonly url: string;
}

export async function openGate(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<Gate> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes a request on to `origin` under another path, and the answer back. */
export function passOn(from: IncomingMessage, to: ServerResponse, origin: string, path: string): void {
  const { host: _, ...headers } = from.headers;
  const onward = request(`${origin}${path}`, { method: from.method ?? 'GET', headers }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(to);
  });
  onward.on('error', () => to.destroy());
  from.pipe(onward);
}

/** The whole body of a request. */
export async function bodyOf(from: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of from) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
