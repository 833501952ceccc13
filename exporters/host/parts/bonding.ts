import { sample } from '../../../model/metric.ts';
import { nodeNetwork } from '../../../model/metrics/node-network.ts';
import type { Sample } from '../../../model/sample.ts';
import { NothingHere, type OpenPart } from '../part.ts';
import { wordsOf } from '../text.ts';

const FOLDER = 'class/net';

/** Links bound together and how many of each are up, from /sys/class/net. */
export const openBonding: OpenPart =
  ({ sys }) =>
  async () => {
    const masters = await sys.value(`${FOLDER}/bonding_masters`);
    if (masters === undefined) throw new NothingHere('no links are bound together');
    const samples: Sample[] = [];
    for (const master of wordsOf(masters)) {
      const slaves = wordsOf((await sys.value(`${FOLDER}/${master}/bonding/slaves`)) ?? '');
      const states = await Promise.all(
        // Kernels before 3.14 name them slave_…
        slaves.map(
          async (slave) =>
            (await sys.value(`${FOLDER}/${master}/lower_${slave}/bonding_slave/mii_status`)) ??
            (await sys.value(`${FOLDER}/${master}/slave_${slave}/bonding_slave/mii_status`)),
        ),
      );
      samples.push(sample(nodeNetwork.bondingSlaves, slaves.length, { master }));
      samples.push(sample(nodeNetwork.bondingActive, states.filter((one) => one === 'up').length, { master }));
    }
    return samples;
  };
