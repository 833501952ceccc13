import { hear, NoAnswer } from '../../../programs/unix-socket.ts';
import { dockerSocketPath } from '../docker-socket.ts';

/** One event of Docker's: its words are `start container web`. */
export interface DockerEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly words: string;
}

/** Those that touch the rules. Health checks come by the minute, and touch nothing. */
const FILTERS = {
  type: ['container', 'network', 'daemon'],
  event: [
    'start',
    'restart',
    'stop',
    'die',
    'kill',
    'pause',
    'unpause',
    'destroy',
    'rename',
    'update',
    'create',
    'remove',
    'connect',
    'disconnect',
    'reload',
  ],
};

/** Calls back with Docker's events since an instant until the stream ends. Without Docker nothing happens. Rejects with `NoAnswer`. */
export async function hearDockerEvents(
  socket: string | undefined,
  since: number | undefined,
  onEvent: (event: DockerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const query = new URLSearchParams({ filters: JSON.stringify(FILTERS) });
  if (since !== undefined) query.set('since', (since / 1_000).toFixed(3));
  try {
    await hear(dockerSocketPath(socket), `/events?${query}`, signal, (event) => onEvent(readEvent(event)));
  } catch (error) {
    if (error instanceof NoAnswer && error.absent) return;
    throw error;
  }
}

function readEvent(event: Readonly<Record<string, unknown>>): DockerEvent {
  const { Type, Action, Actor, timeNano } = event as {
    Type?: unknown;
    Action?: unknown;
    Actor?: { ID?: unknown; Attributes?: { name?: unknown } };
    timeNano?: unknown;
  };
  const name = String(Actor?.Attributes?.name ?? Actor?.ID ?? '').slice(0, 100);
  return { at: Number(timeNano) / 1e6, words: `${String(Action)} ${String(Type)} ${name}`.slice(0, 200) };
}
