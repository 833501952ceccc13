import { oneLine } from '../../../model/outside-text.ts';
import type { Instant } from '../../../model/time.ts';
import { hear } from '../../../programs/unix-socket.ts';
import { record, text } from './inventory.ts';

/** Something that the daemon says happened. */
export interface DockerEvent {
  readonly at: Instant;
  readonly type: 'container' | 'image';
  readonly action: string;
  /** The container's name, or the image's tag. */
  readonly name: string;
  /** Where a container ended. */
  readonly exitCode?: string;
}

/** The daemon's own word of what happens, kept until somebody takes it. */
export interface EventStream {
  /** Connects, if it is not connected; what happened since `since` comes first, so far as the daemon remembers it. Answers whether it had to. */
  connect(socket: string, since: Instant): boolean;
  /** What came since it was asked last, in order. */
  take(): DockerEvent[];
  stop(): void;
}

const MOST_WAITING = 2_000;
const WANTED = {
  type: ['container', 'image'],
  event: ['create', 'start', 'die', 'destroy', 'rename', 'pause', 'unpause', 'pull', 'tag', 'untag', 'delete', 'load'],
};
const FILTERS = encodeURIComponent(JSON.stringify(WANTED));

/** Follows `/events`; `called` whenever something came. */
export function openEventStream(called: () => void): EventStream {
  let ending: AbortController | undefined;
  let waiting: DockerEvent[] = [];

  function follow(socket: string, since: Instant, signal: AbortSignal): Promise<void> {
    const path = `/events?since=${(since / 1e3).toFixed(3)}&filters=${FILTERS}`;
    return hear(socket, path, signal, (object) => {
      const event = eventOf(object);
      if (event === undefined) return;
      if (waiting.length < MOST_WAITING) waiting.push(event);
      called();
    });
  }

  return {
    connect(socket, since) {
      if (ending !== undefined) return false;
      const mine = new AbortController();
      ending = mine;
      // However it ends, the next look connects again; what is wrong is said by what asks for the inventory.
      const over = (): void => {
        if (ending === mine) ending = undefined;
      };
      follow(socket, since, mine.signal).then(over, over);
      return true;
    },
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    stop() {
      ending?.abort();
      ending = undefined;
    },
  };
}

/** An event's attributes hold the container's labels: only three of them are read. */
function eventOf(event: Readonly<Record<string, unknown>>): DockerEvent | undefined {
  const type = event.Type === 'container' || event.Type === 'image' ? event.Type : undefined;
  const actor = record(event.Actor);
  const { name, exitCode } = record(actor.Attributes);
  const at = Number(event.timeNano) / 1e6;
  if (type === undefined || !Number.isFinite(at)) return undefined;
  return {
    at: Math.round(at),
    type,
    action: text(event.Action),
    // Of a pull the name is without its tag.
    name: oneLine(event.Action === 'pull' ? text(actor.ID) : text(name)),
    ...(text(exitCode) !== '' && { exitCode: text(exitCode) }),
  };
}
