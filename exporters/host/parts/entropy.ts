import { sample } from '../../../model/metric.ts';
import { node } from '../../../model/metrics/node.ts';
import { NothingHere, type OpenPart } from '../part.ts';
import { numberOf } from '../text.ts';

/** The kernel's pool of randomness, from /proc/sys/kernel/random. */
export const openEntropy: OpenPart =
  ({ proc }) =>
  async () => {
    const [available, pool] = await Promise.all([
      proc.value('sys/kernel/random/entropy_avail').then(numberOf),
      proc.value('sys/kernel/random/poolsize').then(numberOf),
    ]);
    if (available === undefined) throw new NothingHere('the kernel does not say how much entropy it has');
    return [sample(node.entropyAvailable, available), ...(pool === undefined ? [] : [sample(node.entropyPool, pool)])];
  };
