import { sample } from '../../../model/metric.ts';
import { node } from '../../../model/metrics/node.ts';
import type { Sample } from '../../../model/sample.ts';
import { type OpenPart, rarely } from '../part.ts';
import { zoneName } from '../zone-name.ts';

const FOLDER = 'devices/system/clocksource';
const MINUTE_S = 60;

/** The wall clock, its zone, and what the kernel takes it from. */
export const openTime: OpenPart = ({ clock, sys, root }) => {
  const sources = rarely(clock, async () => {
    const samples: Sample[] = [];
    for (const name of await sys.list(FOLDER)) {
      const device = /^clocksource(\d+)$/.exec(name)?.[1];
      if (device === undefined) continue;
      const available = (await sys.rareValue(`${FOLDER}/${name}/available_clocksource`)) ?? '';
      const current = await sys.rareValue(`${FOLDER}/${name}/current_clocksource`);
      for (const clocksource of available.split(/\s+/).filter((one) => one !== ''))
        samples.push(sample(node.clockAvailable, 1, { device, clocksource }));
      if (current !== undefined) samples.push(sample(node.clockCurrent, 1, { device, clocksource: current }));
    }
    return samples;
  });
  const zone = rarely(clock, () => zoneName(root, new Date(clock.now())));
  return async () => {
    const now = clock.now();
    const offset = -new Date(now).getTimezoneOffset() * MINUTE_S;
    return [
      sample(node.time, now / 1000),
      sample(node.zoneOffset, offset, { time_zone: await zone() }),
      ...(await sources()),
    ];
  };
};
