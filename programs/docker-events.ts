import type { Clock } from '../model/time.ts';
import { keepRunning } from '../runtime/back-off.ts';
import type { Docker, DockerEvent, EventsWanted } from './docker.ts';
import { NoAnswer } from './unix-socket.ts';

export interface FollowDocker extends EventsWanted {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** It listens, for the first time or again: what happened before, and the daemon has forgotten, only its lists tell. */
  readonly onOpen?: () => void;
  /** Told once why nothing is heard, until that is something else; not where there is no socket. */
  readonly onTrouble: (words: string) => void;
}

/** A daemon remembers 256 itself. */
const REMEMBERED = 512;

/**
 * Tells what happens at a daemon, each thing once, until `signal` is aborted: a stream that ends, as at each start of the daemon, is taken up
 * where it was.
 */
export function followDocker(docker: Docker, options: FollowDocker): Promise<void> {
  const { clock, signal, since, onEvent, onTrouble, ...wanted } = options;
  let last = since;
  /** What a stream that is taken up may tell again. */
  const told = new Set<string>();

  const hear = (event: DockerEvent) => {
    const { at, type, action, id } = event;
    const key = `${at} ${type} ${action} ${id}`;
    if (told.has(key)) return;
    told.add(key);
    const [oldest] = told;
    if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest);
    last = Math.max(at, last ?? at);
    onEvent(event);
  };
  const follow = async () => {
    try {
      // What was dated ahead, before the clock was set right, hides nothing that comes after it.
      if (last !== undefined) last = Math.min(last, clock.now());
      await docker.events({ ...wanted, since: last, onEvent: hear }, signal);
    } catch (error) {
      if (!(error instanceof NoAnswer && error.absent)) throw error;
    }
  };
  return keepRunning(follow, { clock, signal, onTrouble });
}
