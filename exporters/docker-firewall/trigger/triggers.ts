import { type Clock, SECOND } from '../../../model/time.ts';
import { keepRunning } from '../../../runtime/back-off.ts';
import { type DockerEvent, hearDockerEvents } from './docker-events.ts';
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

/** Starts to listen to Docker. */
export function startTriggers({ clock, socket, soon, onTrouble }: TriggerOptions): Triggers {
  const ending = new AbortController();
  const { signal } = ending;
  const hint = sparingly(clock, soon);
  const again = { clock, signal, onTrouble };
  let events: DockerEvent[] = [];
  let lookedAt: number | undefined;
  let nft: { readonly ending: AbortController; readonly over: Promise<void> } | undefined;

  const hear = (event: DockerEvent) => {
    events = [...events, event].slice(-EVENTS);
    hint.give();
  };
  const docker = keepRunning(() => hearDockerEvents(socket, events.at(-1)?.at ?? lookedAt, hear, signal), {
    ...again,
    onTrouble: (words) => onTrouble(`what Docker does is seen late: ${words}`),
  });

  function watchNft() {
    const mine = new AbortController();
    const either = AbortSignal.any([signal, mine.signal]);
    return { ending: mine, over: keepRunning(() => monitorNft(hint.give, either), { ...again, signal: either }) };
  }

  return {
    explained: () => events.map(({ words }) => words),
    looked(watchRules) {
      lookedAt = clock.now();
      // One that is dated ahead was dated before the clock was set right.
      const around = lookedAt;
      events = events.filter(({ at }) => Math.abs(at - around) <= LAG_MS);
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
