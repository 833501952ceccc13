import type { Monitor } from '../../model/monitor.ts';
import type { ProbeKind } from '../probes/index.ts';
import { startVantage } from './client.ts';
import { localVantage, type Surroundings } from './local.ts';
import type { Vantage } from './vantage.ts';

/** Where the checks of each monitor are made. */
export interface Vantages {
  /** The place for a monitor's checks from the vantage of that name. What can hang runs in a process of its own. */
  placeOf(monitor: Pick<Monitor, 'kind'>, vantage: string): Vantage;
  /** Ends every place, and resolves when they have ended. */
  stop(): Promise<void>;
}

/** The places of this box: itself, and beside it a worker, which is started at its first check. */
export function openVantages(
  kinds: Readonly<Record<string, ProbeKind>>,
  surroundings: Surroundings,
  onTrouble: (words: string) => void,
): Vantages {
  const local = localVantage(kinds, surroundings);
  const worker = startVantage({ name: 'local', clock: surroundings.clock, onTrouble });
  return {
    placeOf: ({ kind }) => (kinds[kind]?.canHang === true ? worker : local),
    async stop() {
      await Promise.all([local.stop(), worker.stop()]);
    },
  };
}
