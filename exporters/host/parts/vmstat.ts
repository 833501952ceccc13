import { type Metric, sample } from '../../../model/metric.ts';
import { nodeVmstat } from '../../../model/metrics/node.ts';
import type { Sample } from '../../../model/sample.ts';
import type { OpenPart } from '../part.ts';
import { numberOf } from '../text.ts';

/** Paging, faults and what was killed for want of memory, from /proc/vmstat. */
export const openVmstat: OpenPart =
  ({ proc }) =>
  async () => {
    const text = `\n${await proc.read('vmstat')}`;
    const samples: Sample[] = [];
    for (const [field, metric] of Object.entries<Metric<never>>(nodeVmstat)) {
      const at = text.indexOf(`\n${field} `);
      const value = at < 0 ? undefined : numberOf(/\d+/.exec(text.slice(at + field.length + 2, at + 48))?.[0]);
      if (value !== undefined) samples.push(sample(metric, value));
    }
    return samples;
  };
