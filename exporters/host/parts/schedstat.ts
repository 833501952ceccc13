import { sample } from '../../../model/metric.ts';
import { nodeCpu } from '../../../model/metrics/node-cpu.ts';
import type { Sample } from '../../../model/sample.ts';
import { Unreadable } from '../files.ts';
import { NothingHere, type OpenPart } from '../part.ts';
import { numberOf, wordsOf } from '../text.ts';

const NANOSECONDS = 1e9;

/** How long processes ran and waited for a CPU, from /proc/schedstat (kernel: Documentation/scheduler/sched-stats.rst): a CPU's last three numbers. */
export const openSchedstat: OpenPart =
  ({ proc }) =>
  async () => {
    const samples: Sample[] = [];
    const add = (line: string) => {
      if (!line.startsWith('cpu')) return;
      const words = wordsOf(line);
      const [running, waiting, slices] = words.slice(7, 10).map(numberOf);
      if (running === undefined || waiting === undefined || slices === undefined) return;
      const labels = { cpu: (words[0] ?? '').slice('cpu'.length) };
      samples.push(sample(nodeCpu.schedRunning, running / NANOSECONDS, labels));
      samples.push(sample(nodeCpu.schedWaiting, waiting / NANOSECONDS, labels));
      samples.push(sample(nodeCpu.schedTimeslices, slices, labels));
    };
    try {
      await proc.eachLine('schedstat', add);
    } catch (error) {
      if (error instanceof Unreadable && error.code === 'ENOENT') throw new NothingHere(error.message);
      throw error;
    }
    return samples;
  };
