import { Worker } from 'node:worker_threads';
import type { SiteSpec } from '../model/page.ts';
import { type Clock, MINUTE, SECOND } from '../model/time.ts';
import { createBackOff } from '../runtime/back-off.ts';
import type { BuildReply, BuildRequest, ThreadData } from './thread.ts';

/**
 * The running maker of the site: a thread of its own that builds every so often, and soon after a transition. Between builds
 * that make every page it ends, and its memory is given back.
 */
export interface Site {
  /** Takes the config's view of the site and builds at once; until the first call nothing is built. */
  refresh(spec: SiteSpec): void;
  /** Builds within a second: something has changed. Several calls in that time are one build. */
  soon(): void;
  /** Resolves once the thread has ended. */
  stop(): Promise<void>;
}

export interface SiteOptions extends ThreadData {
  readonly clock: Clock;
  /** Told in one line when builds fail, when they succeed again, or the thread died; it goes on by itself. */
  readonly onTrouble: (message: string) => void;
  /** The thread's entry, instead of `site-thread.ts`. */
  readonly entry?: URL;
  /** Told of each build that was done. */
  readonly onBuilt?: (build: { readonly files: readonly string[]; readonly tookMs: number }) => void;
}

const SOON_MS = 500;
/** How long a thread that remembers nothing waits for more to do: transitions come in company. */
const LINGER_MS = 2 * SECOND;
const HUNG_MS = 2 * MINUTE;
const LONGEST_REST_MS = MINUTE;

/** Starts the thread that keeps the site in `siteFolder` true. When the thread dies or hangs it is started anew. */
export function startSite(options: SiteOptions): Site {
  const { clock, onTrouble } = options;
  let spec: SiteSpec | undefined;
  let specIsNew = false;
  let thread: Worker | undefined;
  let building = false;
  let again = false;
  let stopped = false;
  let failing: string | undefined;
  const backOff = createBackOff({ longestMs: LONGEST_REST_MS });
  let dueAt = Number.POSITIVE_INFINITY;
  let callOffDue = () => {};
  let callOffHung = () => {};
  let callOffRelease = () => {};

  function due(inMs: number): void {
    const at = clock.monotonic() + inMs;
    if (stopped || at >= dueAt) return;
    callOffDue();
    dueAt = at;
    callOffDue = clock.after(inMs, () => {
      dueAt = Number.POSITIVE_INFINITY;
      build();
    });
  }

  function build(): void {
    if (stopped || spec === undefined) return;
    if (building) {
      again = true;
      return;
    }
    const fresh = thread === undefined;
    thread ??= startThread();
    building = true;
    callOffRelease();
    const request: BuildRequest = fresh || specIsNew ? { build: clock.now(), spec } : { build: clock.now() };
    specIsNew = false;
    thread.postMessage(request);
    callOffHung = clock.after(HUNG_MS, () => {
      onTrouble(`the site's thread did not answer for ${HUNG_MS / SECOND} s; it is started anew`);
      void thread?.terminate();
    });
  }

  function startThread(): Worker {
    const { stateFolder, siteFolder, everyMs } = options;
    const workerData: ThreadData = { stateFolder, siteFolder, everyMs };
    const started = new Worker(options.entry ?? new URL('../site-thread.ts', import.meta.url), {
      name: 'site',
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 2 },
    });
    started.on('message', (reply: BuildReply) => take(reply));
    started.on('error', (error) => onTrouble(`the site's thread died: ${error.message}`));
    started.on('exit', () => lost(started));
    return started;
  }

  function take(reply: BuildReply): void {
    building = false;
    callOffHung();
    if ('failed' in reply) {
      if (reply.failed !== failing) onTrouble(`the site could not be made: ${reply.failed}`);
      failing = reply.failed;
    } else {
      if (failing !== undefined) onTrouble('the site can be made again');
      failing = undefined;
      backOff.reset();
      options.onBuilt?.(reply);
      if (!reply.remembers) callOffRelease = clock.after(LINGER_MS, release);
    }
    due(again ? SOON_MS : options.everyMs);
    again = false;
  }

  function release(): void {
    const idle = thread;
    thread = undefined;
    void idle?.terminate();
  }

  function lost(which: Worker): void {
    if (thread !== which) return;
    thread = undefined;
    building = false;
    callOffHung();
    due(backOff.next());
  }

  return {
    refresh(wanted) {
      spec = wanted;
      specIsNew = true;
      build();
    },
    soon() {
      if (building) again = true;
      else due(SOON_MS);
    },
    async stop() {
      stopped = true;
      callOffDue();
      callOffHung();
      callOffRelease();
      await thread?.terminate();
    },
  };
}
