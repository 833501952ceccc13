import type { Clock } from '../../model/time.ts';
import type { Bus } from '../../programs/dbus/connection.ts';
import type { Message } from '../../programs/dbus/message.ts';
import type { NamedFailure } from './failure-counts.ts';
import { type FailureBook, openFailureBook } from './failures.ts';
import { type Heard, readSignal } from './signals.ts';
import { standingOf } from './standing.ts';
import { forEach, listUnits, ownerOfSystemd, subscribe } from './systemd-calls.ts';

/** What is seen of one systemd, over whatever connection there is. */
export interface Sight {
  readonly failures: FailureBook;
  /** How jobs ended: `done`, `failed`, `timeout`. */
  readonly jobs: ReadonlyMap<string, number>;
  signals(): number;
  /** How often stock was taken. */
  stocks(): number;
  /** Takes a signal; true when systemd came to the bus with it, or came back to it, and has forgotten that we listen. */
  hear(signal: Message, bus: Bus | undefined): boolean;
  /** Subscribes, and reckons what went unseen. Rejects when the bus does not answer. */
  takeStock(bus: Bus): Promise<void>;
  /** From now on nothing is heard, until stock is taken again. */
  lose(): void;
}

const MOST_JOB_RESULTS = 20;

/** Sees nothing yet; `onFailure` is told each failure as it happens, and those that went unseen once it can be known. */
export function createSight(clock: Clock, onFailure: (failure: NamedFailure) => void): Sight {
  const failures = openFailureBook();
  const jobs = new Map<string, number>();
  const reload = createReload(failures);
  /** Systemd's own name on the bus: anybody may send a signal that looks like one of its. */
  let owner: string | undefined;
  let signals = 0;
  let stocks = 0;
  let arrivals = 0;

  function take(heard: Exclude<Heard, { what: 'arrived' }>, bus: Bus | undefined): void {
    if (heard.what === 'reloading') reload.hear(heard.active, bus);
    else if (heard.what === 'removed') reload.remove(heard.unit);
    else if (heard.what === 'job') countJob(jobs, heard.result);
    else {
      const failure = failures.hear(heard.unit, heard.news, clock.now());
      if (failure !== undefined) onFailure(failure);
    }
  }

  /** Everything in memory is asked for, and what is neither there nor was heard of meanwhile is forgotten. */
  async function lookAtAll(bus: Bus): Promise<void> {
    const at = clock.now();
    const rows = await listUnits(bus);
    await forEach(rows, async (row) => {
      const news = await standingOf(bus, row, () => failures.last(row.name));
      for (const failure of failures.resume(row.name, news, at, stocks === 0)) onFailure(failure);
    });
    failures.keep(new Set(rows.map(({ name }) => name)));
  }

  return {
    failures,
    jobs,
    signals: () => signals,
    stocks: () => stocks,
    hear(signal, bus) {
      signals++;
      const heard = readSignal(signal, owner);
      if (heard === undefined) return false;
      if (heard.what !== 'arrived') take(heard, bus);
      else {
        ({ owner } = heard);
        arrivals++;
      }
      return heard.what === 'arrived';
    },
    async takeStock(bus) {
      // Again when systemd came to the bus meanwhile, as it then does not know that we listen.
      for (let seen = -1; seen !== arrivals; ) {
        if (seen >= 0) failures.lose();
        seen = arrivals;
        reload.end();
        await subscribe(bus);
        owner = await ownerOfSystemd(bus);
        await lookAtAll(bus);
      }
      stocks++;
    },
    lose: () => failures.lose(),
  };
}

/**
 * While systemd reads its files anew it takes every unit out of its memory and puts it back: what is known of a unit is kept, until a
 * list of all says who is really gone.
 */
function createReload(failures: FailureBook) {
  const removed = new Set<string>();
  let underWay = false;

  async function forgetGone(bus: Bus): Promise<void> {
    const listed = new Set((await listUnits(bus)).map(({ name }) => name));
    if (underWay) return;
    for (const unit of removed) if (!listed.has(unit)) failures.forget(unit);
    removed.clear();
  }

  return {
    hear(active: boolean, bus: Bus | undefined): void {
      underWay = active;
      // Where the list cannot be had, stock is taken soon: that forgets as well.
      if (!active && bus !== undefined) forgetGone(bus).catch(() => {});
    },
    remove(unit: string): void {
      if (underWay) removed.add(unit);
      else failures.forget(unit);
    },
    end(): void {
      underWay = false;
      removed.clear();
    },
  };
}

function countJob(jobs: Map<string, number>, result: string): void {
  if (jobs.has(result) || jobs.size < MOST_JOB_RESULTS) jobs.set(result, (jobs.get(result) ?? 0) + 1);
}
