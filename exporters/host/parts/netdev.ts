import { sample } from '../../../model/metric.ts';
import { nodeNetworkStatistics } from '../../../model/metrics/node-network.ts';
import type { Sample } from '../../../model/sample.ts';
import { networksIgnored } from '../ignored.ts';
import type { OpenPart } from '../part.ts';
import { numberOf, wordsOf } from '../text.ts';

const { receive_nohandler: nohandler, ...columns } = nodeNetworkStatistics;
const COLUMNS = Object.values(columns);

/** What went through the network devices, from /proc/net/dev. */
export const openNetdev: OpenPart = ({ proc, sys, settings }) => {
  const ignored = networksIgnored(settings);
  return async () => {
    const samples: Sample[] = [];
    const devices: string[] = [];
    // The first two lines are headings.
    for (const line of (await proc.read('net/dev')).split('\n').slice(2)) {
      // Old kernels leave no blank behind the colon; an alias has one in its name.
      const colon = line.lastIndexOf(':');
      const device = line.slice(0, Math.max(0, colon)).trim();
      if (device === '' || ignored(device)) continue;
      const words = wordsOf(line.slice(colon + 1));
      const labels = { device };
      for (const [column, metric] of COLUMNS.entries()) {
        const value = numberOf(words[column]);
        if (value !== undefined) samples.push(sample(metric, value, labels));
      }
      devices.push(device);
    }
    const unhandled = await Promise.all(
      devices.map((device) => sys.value(`class/net/${device}/statistics/rx_nohandler`)),
    );
    for (const [at, device] of devices.entries()) {
      const value = numberOf(unhandled[at]);
      if (value !== undefined) samples.push(sample(nohandler, value, { device }));
    }
    return samples;
  };
};
