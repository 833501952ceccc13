import { startVantage } from './client.ts';
import type { OpenVantage, VantageContext } from './kinds.ts';
import { localVantage } from './local.ts';

/** `local`: this process, and for what may hang a worker beside it. */
export function openLocal({ kinds, surroundings, onTrouble }: VantageContext): OpenVantage {
  const here = localVantage(kinds, surroundings);
  const worker = startVantage({ name: here.name, clock: surroundings.clock, onTrouble });
  return {
    placeFor: ({ mayHang }) => (mayHang ? worker : here),
    async stop() {
      await Promise.all([here.stop(), worker.stop()]);
    },
  };
}
