/** A program that lives in one network namespace: it serves, knocks and looks there for the test that started it, and ends with it. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { createClock } from '../../../collector/clock.ts';
import { type Door, knock } from './knock.ts';

/** What a resident is asked. */
export type Wish =
  | { readonly do: 'serve'; readonly name: string; readonly proto: 'tcp' | 'udp'; readonly port: number }
  | { readonly do: 'knock'; readonly doors: readonly Door[]; readonly patienceMs: number }
  | { readonly do: 'snapshot'; readonly dockerSocket: string };

export interface Asked {
  readonly id: number;
  readonly wish: Wish;
}

export interface Answered {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

async function fulfil(wish: Wish): Promise<unknown> {
  if (wish.do === 'serve') return serve(wish);
  if (wish.do === 'knock')
    return Promise.all(wish.doors.map(async (door) => (await knock(door, wish.patienceMs)) ?? null));
  const { takeSnapshot } = await import('../../../exporters/docker-firewall/take-snapshot.ts');
  return takeSnapshot({ clock: createClock(), dockerSocket: wish.dockerSocket, signal: AbortSignal.timeout(30_000) });
}

/** Answers every byte and every datagram with its name. */
function serve({ name, proto, port }: Wish & { do: 'serve' }): Promise<void> {
  return new Promise((resolve, reject) => {
    if (proto === 'tcp') {
      const server = createServer((socket) => {
        socket.on('data', () => socket.write(name));
        socket.on('error', () => socket.destroy());
      });
      server.on('error', reject);
      server.listen(port, '::', resolve);
      return;
    }
    const socket = createSocket('udp6');
    socket.on('error', reject);
    socket.on('message', (_message, from) => socket.send(name, from.port, from.address));
    socket.bind(port, '::', resolve);
  });
}

process.on('message', ({ id, wish }: Asked) => {
  void fulfil(wish).then(
    (value) => process.send?.({ id, value } satisfies Answered),
    (error: unknown) => process.send?.({ id, error: String(error) } satisfies Answered),
  );
});
process.on('disconnect', () => process.exit());
