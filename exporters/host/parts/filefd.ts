import { sample } from '../../../model/metric.ts';
import { node } from '../../../model/metrics/node.ts';
import type { OpenPart } from '../part.ts';
import { numberOf, wordsOf } from '../text.ts';

/** Open files and how many there may be, from /proc/sys/fs/file-nr. */
export const openFilefd: OpenPart =
  ({ proc }) =>
  async () => {
    const [allocated, , most] = wordsOf((await proc.read('sys/fs/file-nr')).trim()).map(numberOf);
    if (allocated === undefined || most === undefined)
      throw new Error(`${proc.full('sys/fs/file-nr')} has no three numbers`);
    return [sample(node.filesAllocated, allocated), sample(node.filesMaximum, most)];
  };
