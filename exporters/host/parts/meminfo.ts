import { type Metric, sample } from '../../../model/metric.ts';
import { memoryField, nodeMemory } from '../../../model/metrics/node-memory.ts';
import type { Sample } from '../../../model/sample.ts';
import type { OpenPart } from '../part.ts';

const LINE = /^([^:]+):\s+(\d+)( kB)?$/;
/** More fields than any kernel has are no fields. */
const MOST = 256;

/** Memory, from /proc/meminfo: `Active(anon): 12 kB` is `node_memory_Active_anon_bytes`. */
export const openMeminfo: OpenPart = ({ proc }) => {
  const metrics = new Map<string, Metric<never>>();
  return async () => {
    const samples: Sample[] = [];
    for (const line of (await proc.read('meminfo')).split('\n')) {
      const [, name, value, unit] = LINE.exec(line) ?? [];
      if (name === undefined) continue;
      const key = unit === undefined ? name : `${name}_bytes`;
      let metric = metrics.get(key);
      if (metric === undefined) {
        if (metrics.size >= MOST) continue;
        metric = metricOf(key);
        metrics.set(key, metric);
      }
      samples.push(sample(metric, Number(value) * (unit === undefined ? 1 : 1024)));
    }
    return samples;
  };
};

function metricOf(key: string): Metric<never> {
  const field = key.replace(/\((.*)\)/, '_$1').replace(/[^a-zA-Z0-9_]/g, '_');
  return (nodeMemory as Readonly<Record<string, Metric<never>>>)[field] ?? memoryField(field);
}
