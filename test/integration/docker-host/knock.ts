import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

/** A door to knock on. */
export interface Door {
  readonly proto: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

/** Who answered, by the name it gives; undefined when nobody did in time. */
export type Answer = string | undefined;

/** How long after the first one the further tries begin: a lost packet on a busy machine is not a firewall. */
const TRIES_AT_MS = [0, 250, 600];

/** Knocks several times until somebody answers with a name, for `patienceMs` at most. */
export async function knock(door: Door, patienceMs: number): Promise<Answer> {
  const given = AbortSignal.timeout(patienceMs);
  const tries = TRIES_AT_MS.map((delayMs) => (door.proto === 'tcp' ? knockTcp : knockUdp)(door, delayMs, given));
  return new Promise((resolve) => {
    let left = tries.length;
    for (const one of tries) {
      void one.then((answer) => {
        left--;
        if (answer !== undefined || left === 0) resolve(answer);
      });
    }
  });
}

function knockTcp({ address, port }: Door, delayMs: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const begin = () => {
      const socket = connect({ host: address, port });
      const end = (answer?: string) => {
        socket.destroy();
        resolve(answer);
      };
      socket.on('connect', () => socket.write('?'));
      socket.on('data', (chunk: Buffer) => end(chunk.toString()));
      socket.on('error', () => end());
      socket.on('close', () => end());
      signal.addEventListener('abort', () => end());
    };
    setTimeout(begin, delayMs);
  });
}

function knockUdp({ address, port }: Door, delayMs: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const begin = () => {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
      let open = true;
      const end = (answer?: string) => {
        if (open) socket.close();
        open = false;
        resolve(answer);
      };
      // An answer from elsewhere is none.
      socket.on('message', (message, from) => {
        if (from.address === address && from.port === port) end(message.toString());
      });
      socket.on('error', () => end());
      signal.addEventListener('abort', () => end());
      // Not connected: an ICMP error ends a connected socket, and a datagram may get through a moment later.
      socket.send('?', port, address, (error) => {
        if (error) end();
      });
    };
    setTimeout(begin, delayMs);
  });
}
