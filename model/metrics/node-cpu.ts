import { metric } from '../metric.ts';

/** The processors: where their time goes, how fast they run. */
export const nodeCpu = {
  seconds: metric('node_cpu_seconds_total', 'counter', 'Seconds the CPUs spent in each mode.', ['cpu', 'mode']),
  guestSeconds: metric(
    'node_cpu_guest_seconds_total',
    'counter',
    'Seconds the CPUs spent in guests (VMs) for each mode.',
    ['cpu', 'mode'],
  ),
  coreThrottles: metric(
    'node_cpu_core_throttles_total',
    'counter',
    'Number of times this CPU core has been throttled.',
    ['package', 'core'],
  ),
  packageThrottles: metric(
    'node_cpu_package_throttles_total',
    'counter',
    'Number of times this CPU package has been throttled.',
    ['package'],
  ),
  isolated: metric(
    'node_cpu_isolated',
    'gauge',
    'Whether each core is isolated, information from /sys/devices/system/cpu/isolated.',
    ['cpu'],
  ),
  online: metric('node_cpu_online', 'gauge', 'CPUs that are online and being scheduled.', ['cpu']),
  frequency: metric('node_cpu_frequency_hertz', 'gauge', 'Current cpu thread frequency in hertz.', ['cpu']),
  frequencyMin: metric('node_cpu_frequency_min_hertz', 'gauge', 'Minimum cpu thread frequency in hertz.', ['cpu']),
  frequencyMax: metric('node_cpu_frequency_max_hertz', 'gauge', 'Maximum cpu thread frequency in hertz.', ['cpu']),
  scaling: metric('node_cpu_scaling_frequency_hertz', 'gauge', 'Current scaled CPU thread frequency in hertz.', [
    'cpu',
  ]),
  scalingMin: metric('node_cpu_scaling_frequency_min_hertz', 'gauge', 'Minimum scaled CPU thread frequency in hertz.', [
    'cpu',
  ]),
  scalingMax: metric('node_cpu_scaling_frequency_max_hertz', 'gauge', 'Maximum scaled CPU thread frequency in hertz.', [
    'cpu',
  ]),
  governor: metric('node_cpu_scaling_governor', 'gauge', 'Current enabled CPU frequency governor.', [
    'cpu',
    'governor',
  ]),
  schedRunning: metric(
    'node_schedstat_running_seconds_total',
    'counter',
    'Number of seconds CPU spent running a process.',
    ['cpu'],
  ),
  schedWaiting: metric(
    'node_schedstat_waiting_seconds_total',
    'counter',
    'Number of seconds spent by processing waiting for this CPU.',
    ['cpu'],
  ),
  schedTimeslices: metric('node_schedstat_timeslices_total', 'counter', 'Number of timeslices executed by CPU.', [
    'cpu',
  ]),
};
