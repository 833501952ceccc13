import { type Metric, sample } from '../../../model/metric.ts';
import { nodePowerSupply, nodePowerSupplyValues } from '../../../model/metrics/node-power.ts';
import type { Sample } from '../../../model/sample.ts';
import type { OpenPart } from '../part.ts';
import { numberOf } from '../text.ts';

const FOLDER = 'class/power_supply';
const MICRO = 1e-6;
const TENTH = 0.1;

/** Files whose metric has another name than they have; the others are called alike. */
const RENAMED: Readonly<Record<string, string>> = {
  cycle_count: 'cyclecount',
  time_to_empty_now: 'time_to_empty_seconds',
  time_to_full_now: 'time_to_full_seconds',
  current_now: 'current_ampere',
  energy_now: 'energy_watthour',
  voltage_now: 'voltage_volt',
  charge_now: 'charge_ampere',
  power_now: 'power_watt',
  temp: 'temp_celsius',
  temp_alert_max: 'temp_alert_max_celsius',
  temp_alert_min: 'temp_alert_min_celsius',
  temp_ambient: 'temp_ambient_celsius',
  temp_ambient_max: 'temp_ambient_max_celsius',
  temp_ambient_min: 'temp_ambient_min_celsius',
  temp_max: 'temp_max_celsius',
  temp_min: 'temp_min_celsius',
};
const VALUES: Readonly<Record<string, Metric<'power_supply'>>> = nodePowerSupplyValues;
const TEXTS = nodePowerSupply.info.labels.filter((label) => label !== 'power_supply');
const ELECTRIC = /^(?:current|energy|voltage|charge|constant_charge|precharge|input_current|power)_/;

/** Batteries and mains adapters, from /sys/class/power_supply. One after the other, as the firmware answers. */
export const openPowerSupply: OpenPart = ({ sys, settings }) => {
  const { power_supplies } = settings.ignore;
  const ignored = power_supplies === undefined ? undefined : new RegExp(power_supplies, 'u');
  return async () => {
    const samples: Sample[] = [];
    for (const supply of await sys.list(FOLDER)) {
      if (ignored?.test(supply)) continue;
      const about = { power_supply: supply } as Record<(typeof nodePowerSupply.info.labels)[number], string>;
      for (const label of TEXTS) about[label] = '';
      for (const file of await sys.list(`${FOLDER}/${supply}`)) {
        const name = RENAMED[file] ?? file;
        const metric = VALUES[name];
        const label = TEXTS.find((one) => one === file);
        if (metric === undefined && label === undefined) continue;
        const text = await sys.value(`${FOLDER}/${supply}/${file}`);
        if (label !== undefined) about[label] = text ?? '';
        const value = metric && numberOf(text);
        if (metric !== undefined && value !== undefined)
          samples.push(sample(metric, value * scaleOf(file, name), { power_supply: supply }));
      }
      samples.push(sample(nodePowerSupply.info, 1, about));
    }
    return samples;
  };
};

/** The kernel counts in millionths of volts, amperes and watts, and in tenths of degrees. */
function scaleOf(file: string, name: string): number {
  if (name.endsWith('_celsius')) return TENTH;
  return ELECTRIC.test(file) ? MICRO : 1;
}
