import { metric } from '../metric.ts';
import { each } from './node-fields.ts';

/** What the firmware and the processors say of heat, cooling, energy and memory errors. */
export const nodePower = {
  thermalZone: metric('node_thermal_zone_temp', 'gauge', 'Zone temperature in Celsius', ['zone', 'type']),
  coolingCurrent: metric('node_cooling_device_cur_state', 'gauge', 'Current throttle state of the cooling device', [
    'name',
    'type',
  ]),
  coolingMax: metric('node_cooling_device_max_state', 'gauge', 'Maximum throttle state of the cooling device', [
    'name',
    'type',
  ]),
  edacCorrectable: metric('node_edac_correctable_errors_total', 'counter', 'Total correctable memory errors.', [
    'controller',
  ]),
  edacUncorrectable: metric('node_edac_uncorrectable_errors_total', 'counter', 'Total uncorrectable memory errors.', [
    'controller',
  ]),
  edacRowCorrectable: metric(
    'node_edac_csrow_correctable_errors_total',
    'counter',
    'Total correctable memory errors for this csrow.',
    ['controller', 'csrow'],
  ),
  edacRowUncorrectable: metric(
    'node_edac_csrow_uncorrectable_errors_total',
    'counter',
    'Total uncorrectable memory errors for this csrow.',
    ['controller', 'csrow'],
  ),
};

/** The energy that a part of the processor has used, by the part (kernel: Documentation/power/powercap/powercap.rst). */
export const nodeRapl = each(['package', 'core', 'uncore', 'dram', 'psys'], raplZone);

/** The metric of any zone, also of one without a usual name: its own, what is no letter or digit as `_`. */
export function raplZone(zone: string) {
  return metric(
    `node_rapl_${zone.replace(/[^a-zA-Z0-9_]/g, '_')}_joules_total`,
    'counter',
    `Current RAPL ${zone} value in joules`,
    ['index', 'path'],
  );
}

/** The values of a battery or mains adapter (kernel: Documentation/ABI/testing/sysfs-class-power). */
export const nodePowerSupplyValues = each(
  [
    ...['authentic', 'calibrate', 'capacity', 'capacity_alert_max', 'capacity_alert_min', 'cyclecount', 'online'],
    ...['present', 'time_to_empty_seconds', 'time_to_full_seconds', 'current_boot', 'current_max', 'current_ampere'],
    ...['energy_empty', 'energy_empty_design', 'energy_full', 'energy_full_design', 'energy_watthour'],
    ...['voltage_boot', 'voltage_max', 'voltage_max_design', 'voltage_min', 'voltage_min_design', 'voltage_volt'],
    ...['voltage_ocv', 'charge_control_limit', 'charge_control_limit_max', 'charge_counter', 'charge_empty'],
    ...['charge_empty_design', 'charge_full', 'charge_full_design', 'charge_ampere', 'charge_term_current'],
    ...['constant_charge_current', 'constant_charge_current_max', 'constant_charge_voltage'],
    ...['constant_charge_voltage_max', 'precharge_current', 'input_current_limit', 'power_watt', 'temp_celsius'],
    ...['temp_alert_max_celsius', 'temp_alert_min_celsius', 'temp_ambient_celsius', 'temp_ambient_max_celsius'],
    ...['temp_ambient_min_celsius', 'temp_max_celsius', 'temp_min_celsius'],
  ],
  (field) =>
    metric(`node_power_supply_${field}`, 'gauge', `${field} value of /sys/class/power_supply/<power_supply>.`, [
      'power_supply',
    ]),
);

/** What a battery or mains adapter is. */
export const nodePowerSupply = {
  info: metric('node_power_supply_info', 'gauge', 'info of /sys/class/power_supply/<power_supply>.', [
    'power_supply',
    'capacity_level',
    'charge_type',
    'health',
    'manufacturer',
    'model_name',
    'scope',
    'serial_number',
    'status',
    'technology',
    'type',
    'usb_type',
  ]),
};
