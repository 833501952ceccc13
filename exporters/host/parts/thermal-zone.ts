import { sample } from '../../../model/metric.ts';
import { nodePower } from '../../../model/metrics/node-power.ts';
import type { Sample } from '../../../model/sample.ts';
import { type OpenPart, rarely } from '../part.ts';
import { numberOf } from '../text.ts';

const FOLDER = 'class/thermal';
const MILLI = 1e-3;

interface Place {
  readonly folder: string;
  readonly kind: string;
  readonly name: string;
  readonly type: string;
}

/** The firmware's temperatures and what it does to cool, from /sys/class/thermal. One after the other, as the firmware answers. */
export const openThermalZone: OpenPart = ({ sys, clock }) => {
  const places = rarely(clock, async () => {
    const found: Place[] = [];
    for (const entry of await sys.list(FOLDER)) {
      const [, kind = '', name] = /^(thermal_zone|cooling_device)(\d+)$/.exec(entry) ?? [];
      const folder = `${FOLDER}/${entry}`;
      const type = name === undefined ? undefined : await sys.rareValue(`${folder}/type`);
      if (name !== undefined && type !== undefined) found.push({ folder, kind, name, type });
    }
    return found;
  });
  return async () => {
    const samples: Sample[] = [];
    for (const { folder, kind, name, type } of await places()) {
      const of = async (file: string) => numberOf(await sys.value(`${folder}/${file}`));
      if (kind === 'thermal_zone') {
        const milli = await of('temp');
        if (milli !== undefined) samples.push(sample(nodePower.thermalZone, milli * MILLI, { zone: name, type }));
        continue;
      }
      const [current, most] = [await of('cur_state'), await of('max_state')];
      if (current !== undefined) samples.push(sample(nodePower.coolingCurrent, current, { name, type }));
      if (most !== undefined) samples.push(sample(nodePower.coolingMax, most, { name, type }));
    }
    return samples;
  };
};
