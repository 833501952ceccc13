import { sample } from '../../../model/metric.ts';
import { nodeSoftnet } from '../../../model/metrics/node-network.ts';
import type { Sample } from '../../../model/sample.ts';
import type { OpenPart } from '../part.ts';
import { wordsOf } from '../text.ts';

/** By column; the later ones came with kernels 2.6.39, 3.11 and 5.10 (kernel: net/core/net-procfs.c). */
const COLUMNS = [
  [0, nodeSoftnet.processed_total],
  [1, nodeSoftnet.dropped_total],
  [2, nodeSoftnet.times_squeezed_total],
  [8, nodeSoftnet.cpu_collision_total],
  [9, nodeSoftnet.received_rps_total],
  [10, nodeSoftnet.flow_limit_count_total],
  [11, nodeSoftnet.backlog_len],
] as const;
/** The CPU's own number: without it the line's is taken, which is another where a CPU is offline. */
const CPU = 12;

/** How each CPU keeps up with the packets, from /proc/net/softnet_stat. */
export const openSoftnet: OpenPart =
  ({ proc }) =>
  async () => {
    const samples: Sample[] = [];
    for (const [at, line] of (await proc.read('net/softnet_stat')).split('\n').entries()) {
      const words = wordsOf(line);
      const column = words[CPU];
      const labels = { cpu: String(column === undefined ? at : Number.parseInt(column, 16)) };
      for (const [index, metric] of COLUMNS) {
        const value = Number.parseInt(words[index] ?? '', 16);
        if (!Number.isNaN(value)) samples.push(sample(metric, value, labels));
      }
    }
    return samples;
  };
