import { sample } from '../../../model/metric.ts';
import { node } from '../../../model/metrics/node.ts';
import type { Sample } from '../../../model/sample.ts';
import type { OpenPart } from '../part.ts';
import { numberOf } from '../text.ts';

const FIELDS = {
  intr: node.interrupts,
  ctxt: node.contextSwitches,
  processes: node.forks,
  btime: node.bootTime,
  procs_running: node.running,
  procs_blocked: node.blocked,
};

/** Interrupts, context switches, forks, processes and the time of boot, from /proc/stat. */
export const openStat: OpenPart =
  ({ proc }) =>
  async () => {
    const text = await proc.read('stat');
    const samples: Sample[] = [];
    for (const [field, metric] of Object.entries(FIELDS)) {
      const at = text.indexOf(`\n${field} `);
      // The line of the interrupts may be many kilobytes long: only its first number is the sum.
      const value = at < 0 ? undefined : numberOf(/\d+/.exec(text.slice(at + field.length + 2, at + 40))?.[0]);
      if (value !== undefined) samples.push(sample(metric, value));
    }
    return samples;
  };
