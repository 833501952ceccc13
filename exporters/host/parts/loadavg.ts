import { sample } from '../../../model/metric.ts';
import { node } from '../../../model/metrics/node.ts';
import type { OpenPart } from '../part.ts';
import { numberOf, wordsOf } from '../text.ts';

/** How many want to run, from /proc/loadavg. */
export const openLoadavg: OpenPart =
  ({ proc }) =>
  async () => {
    const [one, five, fifteen] = wordsOf(await proc.read('loadavg')).map(numberOf);
    if (one === undefined || five === undefined || fifteen === undefined)
      throw new Error(`${proc.full('loadavg')} has no three numbers`);
    return [sample(node.load1, one), sample(node.load5, five), sample(node.load15, fifteen)];
  };
