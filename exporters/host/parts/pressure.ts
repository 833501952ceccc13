import { sample } from '../../../model/metric.ts';
import { nodePressure } from '../../../model/metrics/node.ts';
import type { Sample } from '../../../model/sample.ts';
import { NothingHere, type OpenPart, readIfThere } from '../part.ts';
import { numberOf } from '../text.ts';

const RESOURCES = [
  { file: 'pressure/cpu', some: nodePressure.cpuWaiting },
  { file: 'pressure/io', some: nodePressure.ioWaiting, full: nodePressure.ioStalled },
  { file: 'pressure/memory', some: nodePressure.memoryWaiting, full: nodePressure.memoryStalled },
  { file: 'pressure/irq', full: nodePressure.irqStalled },
];

/** How long work stood still, from /proc/pressure (kernels from 4.20; irq from 6.1). */
export const openPressure: OpenPart =
  ({ proc }) =>
  async () => {
    const samples: Sample[] = [];
    await Promise.all(
      RESOURCES.map(async ({ file, some, full }) => {
        const text = await readIfThere(proc, file).catch((error: unknown) => {
          if (error instanceof NothingHere) return '';
          throw error;
        });
        for (const [line, metric] of [['some', some] as const, ['full', full] as const]) {
          const total = numberOf(new RegExp(`^${line} .*total=(\\d+)`, 'm').exec(text)?.[1]);
          if (total !== undefined && metric !== undefined) samples.push(sample(metric, total / 1e6));
        }
      }),
    );
    if (samples.length === 0) throw new NothingHere('the kernel does not measure pressure');
    return samples;
  };
