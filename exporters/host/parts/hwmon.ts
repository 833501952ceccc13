import { sample } from '../../../model/metric.ts';
import { nodeHwmon, type SensorValue, sensorValue } from '../../../model/metrics/node-hwmon.ts';
import type { Sample } from '../../../model/sample.ts';
import { chipNames, clean } from '../chip-name.ts';
import type { Files } from '../files.ts';
import { NothingHere, type OpenPart, rarely } from '../part.ts';
import { numberOf } from '../text.ts';

const FOLDER = 'class/hwmon';
const TYPES = 'vrm|beep_enable|update_interval|in|cpu|fan|pwm|temp|curr|power|energy|humidity|intrusion|freq';
const FILE = new RegExp(`^(${TYPES})(\\d*)(?:_(.+))?$`);
/** What is measured is read each time; names and limits rarely: a slow bus is behind many chips. */
const LIVE = /^(?:|input|average|alarm|.*_alarm|fault|vid)$/;

interface Attribute {
  readonly path: string;
  readonly value: SensorValue;
  readonly labels: { readonly chip: string; readonly sensor: string };
  /** What it last was; read anew each time where it is something measured. */
  readonly steady?: number;
}

interface Chip {
  readonly attributes: readonly Attribute[];
  readonly about: readonly Sample[];
}

/** Temperatures, fans, voltages and what else the monitoring chips measure, from /sys/class/hwmon. One after the other, as the chips answer. */
export const openHwmon: OpenPart = ({ sys, clock }) => {
  const chips = rarely(clock, async () => {
    const found: Chip[] = [];
    for (const name of await sys.list(FOLDER)) found.push(await readChip(sys, `${FOLDER}/${name}`));
    return found;
  });
  return async () => {
    const all = await chips();
    if (all.length === 0) throw new NothingHere('there is no monitoring chip');
    const samples: Sample[] = [];
    for (const { attributes, about } of all) {
      samples.push(...about);
      for (const { path, value, labels, steady } of attributes) {
        const measured = steady ?? numberOf(await sys.value(path));
        if (measured !== undefined) samples.push(sample(value.metric, measured * value.scale, labels));
      }
    }
    return samples;
  };
};

/** A sensor's attributes by element: `temp1` has `input`, `max`, `label`. */
type Sensors = Map<string, { readonly type: string; readonly paths: Map<string, string> }>;

async function readChip(sys: Files, folder: string): Promise<Chip> {
  const { chip, humanName } = await chipNames(sys, folder);
  const sensors: Sensors = new Map();
  // Drivers of old have their attributes in the device's own folder.
  for (const place of [folder, `${folder}/device`]) {
    for (const file of await sys.list(place)) {
      const [, type, number = '', element = ''] = FILE.exec(file) ?? [];
      if (type === undefined) continue;
      const sensor = `${type}${Number(number)}`;
      const one = sensors.get(sensor) ?? { type, paths: new Map<string, string>() };
      one.paths.set(element, `${place}/${file}`);
      sensors.set(sensor, one);
    }
  }
  const about: Sample[] = [];
  const attributes: Attribute[] = [];
  if (humanName !== '') about.push(sample(nodeHwmon.chipNames, 1, { chip, chip_name: humanName }));
  for (const [sensor, { type, paths }] of sensors) {
    const labelPath = paths.get('label');
    const label = labelPath === undefined ? '' : ((await sys.rareValue(labelPath)) ?? '');
    if (label !== '') about.push(sample(nodeHwmon.sensorLabel, 1, { chip, sensor, label }));
    for (const [element, path] of paths) {
      const value = meaningOf(type, element, paths.has(''));
      if (value === undefined) continue;
      const named = type === 'freq' && label !== '' ? clean(label) : sensor;
      const labels = { chip, sensor: named };
      if (LIVE.test(element)) attributes.push({ path, value, labels });
      else {
        const steady = numberOf(await sys.rareValue(path));
        if (steady !== undefined) attributes.push({ path, value, labels, steady });
      }
    }
  }
  return { attributes, about };
}

function meaningOf(type: string, element: string, hasBare: boolean): SensorValue | undefined {
  if (element === 'label') return undefined;
  if (type === 'beep_enable') return { metric: nodeHwmon.beepEnabled, scale: 1 };
  if (type === 'vrm') return { metric: nodeHwmon.voltageRegulator, scale: 1 };
  if (type === 'update_interval') return { metric: nodeHwmon.updateInterval, scale: 1e-3 };
  if (type === 'freq') return element === 'input' ? { metric: nodeHwmon.frequency, scale: 1e-6 } : undefined;
  return sensorValue(type, element, hasBare);
}
