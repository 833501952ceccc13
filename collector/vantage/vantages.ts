import type { Monitor } from '../../model/monitor.ts';
import type { OpenOutside } from '../../model/outside.ts';
import type { ProbeKind } from '../probes/index.ts';
import { startVantage } from './client.ts';
import { localVantage, type Surroundings } from './local.ts';
import { outsideVantage } from './outside/outside-vantage.ts';
import type { Vantage } from './vantage.ts';

/** All places that checks are made from. */
export interface Vantages {
  /** The place that makes this monitor's checks from the vantage of that name. */
  placeOf(monitor: Monitor, vantage: string): Vantage;
  /** Resolves once every place has ended. */
  stop(): Promise<void>;
}

/**
 * `local`, in this process; for what can hang, a worker process beside it; and `outside`, a worker in the stranger's namespace. The workers
 * begin with their first check.
 */
export function openVantages(
  kinds: Readonly<Record<string, ProbeKind>>,
  surroundings: Surroundings,
  open: OpenOutside,
  onTrouble: (message: string) => void,
): Vantages {
  const local = localVantage(kinds, surroundings);
  const worker = startVantage({ name: 'local', clock: surroundings.clock, onTrouble });
  const { clock, resolve } = surroundings;
  const outside = outsideVantage({ clock, open, resolve, onTrouble });
  return {
    placeOf(monitor, vantage) {
      if (vantage === 'outside') return outside;
      return monitor.traits.mayHang ? worker : local;
    },
    async stop() {
      await Promise.all([local.stop(), worker.stop(), outside.stop()]);
    },
  };
}
