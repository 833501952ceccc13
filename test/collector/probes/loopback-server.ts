import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface Loopback {
  readonly port: number;
  readonly address: string;
  [Symbol.asyncDispose](): Promise<void>;
}

async function listen(server: Server): Promise<Loopback> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    port,
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Starts a TCP server on a free port of loopback. */
export function startTcp(serve: (socket: Socket) => void): Promise<Loopback> {
  return listen(createServer(serve));
}

/** Starts a TLS server on a free port of loopback. */
export function startTls(options: TlsOptions, serve: (socket: Socket) => void = () => {}): Promise<Loopback> {
  const server = createTlsServer(options, (socket) => serve(socket.on('error', () => {})));
  server.on('tlsClientError', () => {});
  return listen(server);
}

/** Calls back for every line a client sends, without its end. */
export function onLine(socket: Socket, hear: (line: string) => void): void {
  let unread = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    unread += text;
    for (let end = unread.indexOf('\n'); end >= 0; end = unread.indexOf('\n')) {
      hear(unread.slice(0, end).replace(/\r$/, ''));
      unread = unread.slice(end + 1);
    }
  });
}
