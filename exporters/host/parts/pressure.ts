import { sample } from '../../../model/metric.ts';
import { nodePressure } from '../../../model/metrics/node.ts';
import type { Sample } from '../../../model/sample.ts';
import { NothingHere, type OpenPart, rarely, readIfThere } from '../part.ts';

const RESOURCES = [
  { name: 'cpu', some: nodePressure.cpuWaiting },
  { name: 'io', some: nodePressure.ioWaiting, full: nodePressure.ioStalled },
  { name: 'memory', some: nodePressure.memoryWaiting, full: nodePressure.memoryStalled },
  { name: 'irq', full: nodePressure.irqStalled },
];
const TOTAL = /^(some|full) .*total=(\d+)/gm;

/** How long work stood still, from /proc/pressure (kernels from 4.20; irq from 6.1). */
export const openPressure: OpenPart = ({ proc, clock }) => {
  const measured = rarely(clock, async () => {
    const files = await proc.list('pressure');
    return RESOURCES.filter(({ name }) => files.includes(name));
  });
  const look = async ({ name, ...metrics }: (typeof RESOURCES)[number]): Promise<Sample[]> =>
    [...(await readIfThere(proc, `pressure/${name}`)).matchAll(TOTAL)].flatMap(([, share, total]) => {
      const metric = metrics[share as 'some' | 'full'];
      return metric === undefined ? [] : [sample(metric, Number(total) / 1e6)];
    });
  return async () => {
    const samples = (await Promise.all((await measured()).map(look))).flat();
    if (samples.length === 0) throw new NothingHere('the kernel does not measure pressure');
    return samples;
  };
};
