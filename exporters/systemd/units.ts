import { type Clock, MINUTE } from '../../model/time.ts';
import type { UnitAddress, Units } from '../../model/unit.ts';
import { lastLines } from './journal.ts';
import { findPlace, type Place } from './place.ts';
import { reportOf } from './report.ts';
import { type Lease, leaseWatch } from './shared.ts';
import { ask } from './source.ts';
import { monotonicNow } from './times.ts';

/** A connection that nobody has asked for so long is given up. */
const IDLE_MS = 15 * MINUTE;

interface Open {
  readonly place: Place;
  readonly lease: Lease;
  cancelIdle: () => void;
}

/** Asks systemd about units, each over one connection that is opened at the first question and kept. */
export function openUnits(clock: Clock): Units {
  const places = new Map<string, Open>();
  let stopped = false;

  async function at(address: UnitAddress): Promise<Open> {
    const place = await findPlace(address);
    if (stopped) throw new Error('the box is stopping');
    const key = JSON.stringify(place);
    const open = places.get(key) ?? { place, lease: leaseWatch(place.bus, clock), cancelIdle: () => {} };
    places.set(key, open);
    open.cancelIdle();
    open.cancelIdle = clock.after(IDLE_MS, () => {
      places.delete(key);
      open.lease.release();
    });
    return open;
  }

  return {
    async look(address, signal) {
      const { place, lease } = await at(address);
      const { failures } = lease.watch;
      const report = await ask(lease.watch.bus, place.systemctl, signal, (source) =>
        reportOf(source, address.unit, monotonicNow(clock)),
      );
      return { ...report, recent: failures.counts.recent(report.name, clock.now()) };
    },
    async lastLines(address, { name, invocation }, signal) {
      const { journalctl, userId } = await findPlace(address);
      return lastLines(journalctl, { unit: name, invocation, userId }, signal);
    },
    async stop() {
      stopped = true;
      for (const { lease, cancelIdle } of places.values()) {
        cancelIdle();
        lease.release();
      }
      places.clear();
    },
  };
}
