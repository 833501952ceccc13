import { sample } from '../../../model/metric.ts';
import { nodeDisk } from '../../../model/metrics/node-disk.ts';
import type { Sample } from '../../../model/sample.ts';
import { NothingHere, type OpenPart, rarely } from '../part.ts';

const FOLDER = 'class/nvme';

/** The NVMe controllers, from /sys/class/nvme. */
export const openNvme: OpenPart = ({ sys, clock }) =>
  rarely(clock, async () => {
    const samples: Sample[] = [];
    for (const device of await sys.list(FOLDER)) {
      const of = async (name: string) => (await sys.rareValue(`${FOLDER}/${device}/${name}`)) ?? '';
      const state = await of('state');
      const [firmware_revision, model, serial] = [await of('firmware_rev'), await of('model'), await of('serial')];
      samples.push(sample(nodeDisk.nvme, 1, { device, firmware_revision, model, serial, state }));
    }
    if (samples.length === 0) throw new NothingHere('there is no NVMe controller');
    return samples;
  });
