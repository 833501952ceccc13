import { messageOf } from '../../../model/errors.ts';
import { type Clock, SECOND } from '../../../model/time.ts';
import { type DockerEvent, dockerSocketPath, openDocker } from '../../../programs/docker.ts';
import { followDocker } from '../../../programs/docker-events.ts';
import { keepRunning } from '../../../runtime/back-off.ts';
import { monitorNft } from './nft-monitor.ts';

export interface TriggerOptions {
  readonly clock: Clock;
  readonly socket: string | undefined;
  /** Called at most once in five seconds when Docker or nftables say that something has changed. */
  readonly soon: () => void;
  readonly onTrouble: (message: string) => void;
}

/** What has the firewall looked at before its time. */
export interface Triggers {
  /** What Docker has done since shortly before the last look, in words: rules follow its events, or run ahead of them. */
  explained(): readonly string[];
  /** A look is over; while there is Docker, nftables is watched too. */
  looked(watchRules: boolean): void;
  stop(): Promise<void>;
}

const LEAST_MS = 5 * SECOND;
/** Docker's rules may be written so long after its event. */
const LAG_MS = 10 * SECOND;
const EVENTS = 500;
/** What touches the rules. Health checks come by the minute, and touch nothing. */
const WANTED = {
  types: ['container', 'network', 'daemon'],
  actions: [
    ...['start', 'restart', 'stop', 'die', 'kill', 'pause', 'unpause', 'destroy', 'rename', 'update'],
    ...['create', 'remove', 'connect', 'disconnect', 'reload'],
  ],
};

/** Starts to listen to Docker. */
export function startTriggers({ clock, socket, soon, onTrouble }: TriggerOptions): Triggers {
  const ending = new AbortController();
  const { signal } = ending;
  const hint = sparingly(clock, soon);
  const again = { clock, signal, onTrouble };
  let events: { readonly at: number; readonly words: string }[] = [];
  let nft: { readonly ending: AbortController; readonly over: Promise<void> } | undefined;

  const hear = (at: number, words: string) => {
    events = [...events, { at, words }].slice(-EVENTS);
    hint.give();
  };
  const docker = followHere();

  async function followHere(): Promise<void> {
    const onLate = (words: string) => onTrouble(`what Docker does is seen late: ${words}`);
    let isAgain = false;
    try {
      await followDocker(openDocker(dockerSocketPath(socket)), {
        ...WANTED,
        ...again,
        // A daemon that starts writes its rules anew, and tells nobody.
        onOpen: () => {
          if (isAgain) hear(clock.now(), 'start daemon docker');
          isAgain = true;
        },
        onEvent: (event) => hear(event.at, inWords(event)),
        onTrouble: onLate,
      });
    } catch (error) {
      onLate(messageOf(error));
    }
  }

  function watchNft() {
    const mine = new AbortController();
    const either = AbortSignal.any([signal, mine.signal]);
    return { ending: mine, over: keepRunning(() => monitorNft(hint.give, either), { ...again, signal: either }) };
  }

  return {
    explained: () => events.map(({ words }) => words),
    looked(watchRules) {
      // One that is dated ahead was dated before the clock was set right.
      const now = clock.now();
      events = events.filter(({ at }) => Math.abs(at - now) <= LAG_MS);
      if (watchRules) nft ??= watchNft();
      else nft?.ending.abort();
      if (!watchRules) nft = undefined;
    },
    async stop() {
      ending.abort();
      hint.stop();
      await Promise.all([docker, nft?.over]);
    },
  };
}

/** `start container web` */
function inWords({ type, action, id, attributes }: DockerEvent): string {
  const name = String(attributes.name ?? id).slice(0, 100);
  return `${action} ${type} ${name}`.slice(0, 200);
}

/** Hands a hint on at once, and those that come in the five seconds after it as one at their end. */
function sparingly(clock: Clock, soon: () => void): { give: () => void; stop: () => void } {
  let waiting = false;
  let again = false;
  let cancel = () => {};
  const give = () => {
    again = waiting;
    if (waiting) return;
    waiting = true;
    soon();
    cancel = clock.after(LEAST_MS, () => {
      waiting = false;
      if (again) give();
    });
  };
  return { give, stop: () => cancel() };
}
