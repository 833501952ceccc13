import { type Clock, SECOND } from '../../model/time.ts';
import { type Bus, openBus } from '../../programs/dbus/connection.ts';
import { createBackOff } from '../../runtime/back-off.ts';
import type { NamedFailure } from './failure-counts.ts';
import type { FailureBook } from './failures.ts';
import { createSight } from './sight.ts';

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

const LONGEST_RETRY_MS = 30 * SECOND;

/** Connects at the first question, and from then on by itself. */
export function openWatch({ address, clock, onFailure = () => {}, answerMs }: WatchOptions): Watch {
  const sight = createSight(clock, onFailure);
  let current: Promise<Bus> | undefined;
  let live: Bus | undefined;
  const backOff = createBackOff({ longestMs: LONGEST_RETRY_MS });
  let cancelRetry = () => {};
  let closed = false;

  async function connect(): Promise<Bus> {
    const bus = await openBus({
      address,
      clock,
      onSignal: (signal) => {
        if (sight.hear(signal, live)) beginAnew();
      },
      onGone: lose,
      ...(answerMs !== undefined && { answerMs }),
    });
    return follow(bus);
  }

  async function follow(bus: Bus): Promise<Bus> {
    try {
      if (closed) throw new Error('the watch was closed');
      await sight.takeStock(bus);
    } catch (error) {
      bus.close();
      throw error;
    }
    live = bus;
    backOff.reset();
    return bus;
  }

  /** Systemd is back on the bus. Where stock is being taken, that sees it by itself. */
  function beginAnew(): void {
    if (live === undefined) return;
    sight.lose();
    current = follow(live);
    current.catch(() => {});
    live = undefined;
  }

  function lose(): void {
    live = undefined;
    current = undefined;
    sight.lose();
    if (closed) return;
    cancelRetry();
    cancelRetry = clock.after(backOff.next(), () => void bus().catch(() => {}));
  }

  function bus(): Promise<Bus> {
    if (closed) return Promise.reject(new Error('the watch was closed'));
    if (current !== undefined) return current;
    const mine = connect();
    current = mine;
    // A connection that was open and broke has been lost already.
    mine.catch(() => current === mine && lose());
    return mine;
  }

  return {
    failures: sight.failures,
    bus,
    figures: () => ({
      connected: live !== undefined,
      signals: sight.signals(),
      resyncs: Math.max(0, sight.stocks() - 1),
      jobs: sight.jobs,
    }),
    close() {
      closed = true;
      cancelRetry();
      current?.then((one) => one.close()).catch(() => {});
    },
  };
}
