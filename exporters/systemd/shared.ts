import type { Clock } from '../../model/time.ts';
import type { NamedFailure } from './failure-counts.ts';
import { openWatch, type Watch } from './watch.ts';

/** A watch that others may use as well. */
export interface Lease {
  readonly watch: Watch;
  /** The last to give it back closes it. */
  release(): void;
}

type Listener = (failure: NamedFailure) => void;

/** The watches that are open in this process, by the address of their bus: exporter and checks share one connection. */
const open = new Map<string, { readonly watch: Watch; readonly users: Set<Listener> }>();

/** The watch over the systemd that answers there, opened if it is not yet; `onFailure` is told each failure from now on. */
export function leaseWatch(address: string, clock: Clock, onFailure: Listener = () => {}): Lease {
  let shared = open.get(address);
  if (shared === undefined) {
    const users = new Set<Listener>();
    const tell: Listener = (failure) => {
      for (const user of users) user(failure);
    };
    shared = { watch: openWatch({ address, clock, onFailure: tell }), users };
    open.set(address, shared);
  }
  const { watch, users } = shared;
  // One of its own, also where two give the same function.
  const listener: Listener = (failure) => onFailure(failure);
  users.add(listener);
  return {
    watch,
    release() {
      users.delete(listener);
      if (users.size > 0 || open.get(address)?.watch !== watch) return;
      open.delete(address);
      watch.close();
    },
  };
}
