import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Route } from '../../model/route.ts';
import { createServer } from '../node-http.ts';
import { answerWith, type Guard } from './answer.ts';
import { listenAt, type Place } from './listen.ts';

/** A place where the box can be talked to. */
export interface Door {
  /** `http://127.0.0.1:8300/`, or the socket's path. */
  readonly url: string;
  /** The port that was bound; 0 for a socket. */
  readonly port: number;
  /** Stops listening; what is being answered may end within two seconds. */
  close(): Promise<void>;
}

export interface DoorOptions extends Pick<Guard, 'onForeignName'> {
  /** The names by which clients may ask, beside addresses, `localhost` and the machine's own name. */
  readonly names?: () => readonly string[];
  /** The setting that moves this door elsewhere, for the message when its address is taken. */
  readonly setting?: string;
  /** Told of a fault of ours in a handler. The client only learns that there was one. */
  readonly onFault?: (fault: unknown, place: string) => void;
  /** Milliseconds for a request's headers to arrive: 10 s. */
  readonly headersMs?: number;
  /** Milliseconds for a whole request to arrive: 5 min, as a long log takes its time on a slow line. */
  readonly requestMs?: number;
  /** Milliseconds without a byte in either direction until a connection is cut: 30 s. */
  readonly idleMs?: number;
  /** How many connections at once; more are closed at once: 2,000. */
  readonly connections?: number;
}

const CLOSING_MS = 2_000;

/** Opens a door at `place` that answers by the table `routes`. Rejects with `CannotListen`, in words, when it cannot. */
export async function openDoor(place: Place, routes: readonly Route[], options: DoorOptions = {}): Promise<Door> {
  const headersMs = options.headersMs ?? 10_000;
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: Math.max(headersMs, options.requestMs ?? 300_000),
      connectionsCheckingInterval: Math.min(1_000, headersMs),
      keepAliveTimeout: 5_000,
      maxHeaderSize: 16_384,
    },
    answerWith(routes, options.onFault ?? (() => {}), {
      names: 'socket' in place ? undefined : (options.names ?? (() => [])),
      onForeignName: options.onForeignName,
    }),
  );
  server.timeout = options.idleMs ?? 30_000;
  server.maxConnections = options.connections ?? 2_000;
  let closing = false;
  server.on('request', (_request, response) => {
    // A connection kept alive for a next request would hold up the closing.
    response.once('finish', () => closing && setImmediate(() => server.closeIdleConnections()));
  });
  server.on('clientError', refuse);
  await listenAt(server, place, options.setting);
  const address = server.address() as AddressInfo | string;
  return {
    url: urlOf(address),
    port: typeof address === 'string' ? 0 : address.port,
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** Says what was wrong with bytes that were no request (RFC 9110, 15.5), and hangs up. */
function refuse(fault: NodeJS.ErrnoException, socket: Duplex): void {
  const said = REFUSALS[fault.code ?? ''] ?? '400 Bad Request';
  if (socket.writable)
    socket.end(`HTTP/1.1 ${said}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
  else socket.destroy();
}

const REFUSALS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function urlOf(address: AddressInfo | string): string {
  if (typeof address === 'string') return address;
  // Listening everywhere is no address to open; here, everywhere is also here.
  const here = address.address === '0.0.0.0' || address.address === '::';
  const host = here ? 'localhost' : address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}/`;
}
