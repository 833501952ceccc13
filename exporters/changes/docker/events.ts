import { oneLine } from '../../../model/outside-text.ts';
import type { Clock, Instant } from '../../../model/time.ts';
import type { Docker, DockerEvent as Said } from '../../../programs/docker.ts';
import { followDocker } from '../../../programs/docker-events.ts';
import { text } from './inventory.ts';

/** Something that happened to a container or an image. */
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
  /** Listens from now on, if it does not; what happened since `since` comes first, so far as the daemon remembers it. Answers whether it begins to. */
  listen(docker: Docker, since: Instant): boolean;
  /** What came since it was asked last, in order. */
  take(): DockerEvent[];
  stop(): Promise<void>;
}

const MOST_WAITING = 2_000;
const TYPES = ['container', 'image'];
const ACTIONS = [
  ...['create', 'start', 'die', 'destroy', 'rename', 'pause', 'unpause'],
  ...['pull', 'tag', 'untag', 'delete', 'load'],
];

/** Follows a daemon's events; `called` whenever something came, and when it listens again after the daemon was away. */
export function openEventStream(clock: Clock, called: () => void): EventStream {
  let listening:
    | { readonly socket: string; readonly ending: AbortController; readonly over: Promise<void> }
    | undefined;
  let waiting: DockerEvent[] = [];

  function begin(docker: Docker, since: Instant): void {
    const ending = new AbortController();
    let isAgain = false;
    const over = followDocker(docker, {
      types: TYPES,
      actions: ACTIONS,
      since,
      clock,
      signal: ending.signal,
      onOpen: () => {
        if (isAgain) called();
        isAgain = true;
      },
      onEvent: (said) => {
        const event = eventOf(said);
        if (event === undefined) return;
        if (waiting.length < MOST_WAITING) waiting.push(event);
        called();
      },
      // What is wrong is said by what asks for the inventory.
      onTrouble: () => {},
    });
    listening = { socket: docker.socket, ending, over };
  }

  return {
    listen(docker, since) {
      if (listening?.socket === docker.socket) return false;
      listening?.ending.abort();
      begin(docker, since);
      return true;
    },
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
    async stop() {
      const { over } = listening ?? {};
      listening?.ending.abort();
      listening = undefined;
      await over;
    },
  };
}

function eventOf({ at, type, action, id, attributes }: Said): DockerEvent | undefined {
  if (type !== 'container' && type !== 'image') return undefined;
  const { name, exitCode } = attributes;
  return {
    at: Math.round(at),
    type,
    action,
    // Of a pull the name is without its tag.
    name: oneLine(action === 'pull' ? id : text(name)),
    ...(text(exitCode) !== '' && { exitCode: text(exitCode) }),
  };
}
