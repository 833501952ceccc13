import { type Metric, metric } from '../metric.ts';

type Sensor = Metric<'chip' | 'sensor'>;

/** What the monitoring chips say of themselves (kernel: Documentation/hwmon/sysfs-interface.rst). */
export const nodeHwmon = {
  chipNames: metric('node_hwmon_chip_names', 'gauge', 'Annotation metric for human-readable chip names', [
    'chip',
    'chip_name',
  ]),
  sensorLabel: metric('node_hwmon_sensor_label', 'gauge', 'Label for given chip and sensor', [
    'chip',
    'sensor',
    'label',
  ]),
  beepEnabled: of('beep_enabled', 'Hardware beep enabled'),
  voltageRegulator: of('voltage_regulator_version', 'Hardware voltage regulator'),
  updateInterval: of('update_interval_seconds', 'Hardware monitor update interval'),
  frequency: of('freq_freq_mhz', 'Hardware monitor for GPU frequency in MHz'),
};

/** A value of a sensor: its metric, and what the driver's number is multiplied with. */
export interface SensorValue {
  readonly metric: Sensor;
  readonly scale: number;
}

const MILLI = 1e-3;
const MICRO = 1e-6;

/** What an attribute of a sensor means: `temp`, `crit` is a temperature in thousandths of a degree. A bare `pwm1` has the element ''. */
export function sensorValue(type: string, element: string, hasBare: boolean): SensorValue {
  const input = element === 'input' && !hasBare;
  const name = element === '' || input ? type : `${type}_${element.toLowerCase().replace(/[^a-z0-9:_]/g, '_')}`;
  const value = (suffix: string, help: string, scale = 1) => ({ metric: of(name + suffix, help), scale });
  if (element === 'fault' || element === 'alarm') return value('', `Hardware sensor ${element} status (${type})`);
  if (element === 'beep') return value('_enabled', 'Hardware monitor sensor has beeping enabled');
  if (type === 'in' || type === 'cpu') return value('_volts', `Hardware monitor for voltage (${element})`, MILLI);
  if (type === 'temp' && element !== 'type')
    return value('_celsius', `Hardware monitor for temperature (${element})`, MILLI);
  if (type === 'curr') return value('_amps', `Hardware monitor for current (${element})`, MILLI);
  if (type === 'energy') {
    const help = `Hardware monitor for joules used so far (${element})`;
    return { metric: of(`${name}_joule_total`, help, 'counter'), scale: MICRO };
  }
  if (type === 'power') return power(element, value);
  if (type === 'humidity') {
    const help = `Hardware monitor for humidity, as a ratio (multiply with 100.0 to get the humidity as a percentage) (${element})`;
    return value('', help, MICRO);
  }
  if (type === 'fan' && ['input', 'min', 'max', 'target'].includes(element))
    return value('_rpm', `Hardware monitor for fan revolutions per minute (${element})`);
  return value('', `Hardware monitor ${type} element ${element}`);
}

function power(element: string, value: (suffix: string, help: string, scale?: number) => SensorValue): SensorValue {
  if (element === 'accuracy') return value('', 'Hardware monitor power meter accuracy, as a ratio', MICRO);
  if (/^average_interval(?:_min|_max)?$/.test(element))
    return value('_seconds', `Hardware monitor power usage update interval (${element})`, MILLI);
  return value('_watt', `Hardware monitor for power usage in watts (${element})`, MICRO);
}

function of(name: string, help: string, type: 'gauge' | 'counter' = 'gauge'): Sensor {
  return metric(`node_hwmon_${name}`, type, help, ['chip', 'sensor']);
}

const LIMITS = ['max', 'max_alarm', 'min', 'min_alarm', 'crit', 'crit_alarm', 'lcrit', 'lcrit_alarm'];
const BASE = ['input', 'label', 'enable', 'alarm', 'beep', 'fault', 'lowest', 'highest', 'rated_min', 'rated_max'];
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  in: [...BASE, ...LIMITS, 'average'],
  cpu: ['vid'],
  fan: [...BASE, ...LIMITS, 'target', 'div', 'pulses'],
  pwm: ['', 'enable', 'mode', 'freq', 'auto_channels_temp'],
  temp: [...BASE, ...LIMITS, 'type', 'offset', 'max_hyst', 'min_hyst', 'crit_hyst', 'lcrit_hyst', 'emergency'].concat([
    'emergency_hyst',
    'emergency_alarm',
  ]),
  curr: [...BASE, ...LIMITS, 'average'],
  power: [...BASE, ...LIMITS, 'average', 'average_interval', 'average_interval_min', 'average_interval_max']
    .concat(['average_lowest', 'average_highest', 'average_min', 'average_max', 'input_lowest', 'input_highest'])
    .concat(['accuracy', 'cap', 'cap_hyst', 'cap_max', 'cap_min', 'cap_alarm']),
  energy: ['input', 'enable'],
  humidity: [...BASE, ...LIMITS, 'min_hyst', 'max_hyst'],
  intrusion: ['alarm', 'beep'],
};

/** The values of sensors that the kernel's document names; drivers have more, which are given without an entry of their own. */
export const nodeSensors: Readonly<Record<string, Sensor>> = Object.fromEntries(
  Object.entries(ELEMENTS).flatMap(([type, elements]) =>
    elements
      .filter((element) => element !== 'label')
      .map((element) => sensorValue(type, element, type === 'pwm').metric)
      .map((one) => [one.name, one]),
  ),
);
