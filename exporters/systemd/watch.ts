import { type Clock, SECOND } from '../../model/time.ts';
import { type Bus, openBus } from './bus/connection.ts';
import type { Message } from './bus/message.ts';
import { type FailureBook, type NamedFailure, openFailureBook } from './failures.ts';
import { readSignal } from './signals.ts';
import { standingOf } from './standing.ts';
import { forEach, listUnits, subscribe } from './systemd-calls.ts';

export interface WatchOptions {
  /** Where the bus listens. */
  readonly address: string;
  readonly clock: Clock;
  /** Told each failure as it happens, and those that went unseen once it can be known. */
  readonly onFailure?: (failure: NamedFailure) => void;
  readonly answerMs?: number;
}

/** A kept watch over one systemd: connected, subscribed, and again after every break. */
export interface Watch {
  readonly failures: FailureBook;
  /** The bus, once everything that went unseen is accounted for. Rejects, in words, when there is none. */
  bus(): Promise<Bus>;
  figures(): WatchFigures;
  close(): void;
}

export interface WatchFigures {
  readonly connected: boolean;
  readonly signals: number;
  /** How often the watch began anew after a break. */
  readonly resyncs: number;
  /** How jobs ended since the watch was opened: `done`, `failed`, `timeout`. */
  readonly jobs: ReadonlyMap<string, number>;
}

const FIRST_RETRY_MS = SECOND;
const LAST_RETRY_MS = 30 * SECOND;
const MOST_JOB_RESULTS = 20;
export function openWatch({ address, clock, onFailure, answerMs }: WatchOptions): Watch {
  const failures = openFailureBook();
  const jobs = new Map<string, number>();
  let current: Promise<Bus> | undefined;
  let live: Bus | undefined;
  let signals = 0;
  let syncs = 0;
  let arrivals = 0;
  let retryMs = FIRST_RETRY_MS;
  let cancelRetry = () => {};
  let closed = false;

  function hear(message: Message): void {
    signals++;
    const heard = readSignal(message);
    if (heard?.what === 'unit') {
      const failure = failures.hear(heard.unit, heard.news, clock.now());
      if (failure !== undefined) onFailure?.(failure);
    } else if (heard?.what === 'removed') failures.forget(heard.unit);
    else if (heard?.what === 'job' && (jobs.has(heard.result) || jobs.size < MOST_JOB_RESULTS))
      jobs.set(heard.result, (jobs.get(heard.result) ?? 0) + 1);
    else if (heard?.what === 'arrived') arrivals++;
    if (heard?.what === 'arrived' && live !== undefined) begin(live);
  }

  async function connect(): Promise<Bus> {
    const bus = await openBus({
      address,
      clock,
      onSignal: hear,
      ...(answerMs !== undefined && { answerMs }),
      onGone: lose,
    });
    try {
      if (closed) throw new Error('the watch was closed');
      await follow(bus);
    } catch (error) {
      bus.close();
      throw error;
    }
    live = bus;
    retryMs = FIRST_RETRY_MS;
    return bus;
  }

  /** Subscribes and takes stock; again when systemd came to the bus meanwhile, as it then does not know that we listen. */
  async function follow(bus: Bus): Promise<void> {
    for (let seen = -1; seen !== arrivals; ) {
      if (seen >= 0) failures.lose();
      seen = arrivals;
      await subscribe(bus);
      await sync(bus);
    }
    syncs++;
  }

  /** Systemd is back on the bus, and has forgotten that we listen. */
  function begin(bus: Bus): void {
    failures.lose();
    live = undefined;
    current = follow(bus).then(
      () => {
        live = bus;
        return bus;
      },
      (error: unknown) => {
        bus.close();
        throw error;
      },
    );
    current.catch(() => {});
  }

  async function sync(bus: Bus): Promise<void> {
    const at = clock.now();
    await forEach(await listUnits(bus), async (row) => {
      const news = await standingOf(bus, row, () => failures.last(row.name));
      for (const failure of failures.resume(row.name, news, at, syncs === 0)) onFailure?.(failure);
    });
  }

  function lose(): void {
    live = undefined;
    current = undefined;
    failures.lose();
    if (closed) return;
    cancelRetry();
    cancelRetry = clock.after(retryMs, () => void bus().catch(() => {}));
    retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
  }

  function bus(): Promise<Bus> {
    if (closed) return Promise.reject(new Error('the watch was closed'));
    current ??= connect().catch((error: unknown) => {
      if (current !== undefined) lose();
      throw error;
    });
    return current;
  }

  return {
    failures,
    bus,
    figures: () => ({ connected: live !== undefined, signals, resyncs: Math.max(0, syncs - 1), jobs }),
    close() {
      closed = true;
      cancelRetry();
      current?.then((one) => one.close()).catch(() => {});
    },
  };
}
