import { readdir } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { sample } from '../../model/metric.ts';
import { process as catalogued, self } from '../../model/metrics/self.ts';
import type { Sample } from '../../model/sample.ts';

/** The loop's delay is sampled this often, in milliseconds. At 50 it costs 0.2 % of a core, at 20 0.5 %, at 10 1.3 % (measured, Node 24). */
const RESOLUTION_MS = 50;
const PERCENTILES = [50, 99, 99.9, 100];

/** What this process says of itself, read when it is asked. */
export interface ProcessSamples {
  /** The loop's delay since it was last counted `again`. */
  read(): Promise<Sample[]>;
  /** Counts the loop's delay from now on. */
  again(): void;
  stop(): void;
}

/** Begins to watch the loop. */
export function watchProcess(): ProcessSamples {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    async read() {
      const loop = PERCENTILES.map((percentile) =>
        sample(self.loopDelay, lateness(delay.percentile(percentile)), { percentile: String(percentile) }),
      );
      const { user, system } = process.cpuUsage();
      const memory = process.memoryUsage();
      const open = await openFds();
      return [
        ...loop,
        sample(catalogued.cpu, (user + system) / 1e6),
        sample(catalogued.resident, memory.rss),
        sample(catalogued.heap, memory.heapUsed),
        sample(catalogued.start, performance.timeOrigin / 1e3),
        ...(open === undefined ? [] : [sample(catalogued.openFds, open)]),
      ];
    },
    again: () => delay.reset(),
    stop: () => void delay.disable(),
  };
}

/** Seconds beyond the interval that was asked for: the histogram counts from one tick to the next, in nanoseconds. */
function lateness(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS) / 1e3;
}

/** One of them is the reading itself. Undefined where there is no /proc. */
async function openFds(): Promise<number | undefined> {
  try {
    return (await readdir('/proc/self/fd')).length - 1;
  } catch {
    return undefined;
  }
}
