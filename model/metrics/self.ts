import { metric } from '../metric.ts';

/** What the box says of itself, and of each monitor beside its checks. */
export const self = {
  build: metric('signalbox_build_info', 'info', 'Always 1; which version of Signalbox and of Node runs.', [
    'version',
    'node',
  ]),
  reloadOk: metric(
    'signalbox_config_last_reload_successful',
    'gauge',
    'Whether the configuration was valid when it was last read, and taken up by every part (1), or not (0).',
  ),
  reloadAt: metric(
    'signalbox_config_last_reload_timestamp_seconds',
    'gauge',
    'When a configuration that every part took up was last read, in seconds since the epoch.',
  ),
  monitors: metric('signalbox_monitors', 'gauge', 'How many monitors the configuration has, by kind.', ['kind']),
  checks: metric('signalbox_checks_total', 'counter', 'Checks that were made, by kind and by what they found.', [
    'kind',
    'verdict',
  ]),
  heldUp: metric(
    'signalbox_checks_held_up_total',
    'counter',
    'Checks during which the process itself was held up long enough to blur their timings.',
  ),
  late: metric('signalbox_check_late_seconds', 'histogram', 'How long after they were due checks began, in seconds.'),
  interval: metric(
    'signalbox_check_interval_seconds',
    'gauge',
    'How much time there was between the beginnings of the last two checks, in seconds.',
  ),
  transitions: metric('signalbox_transitions_total', 'counter', 'Standings that changed, by what they changed to.', [
    'to',
  ]),
  monitor: metric('signalbox_monitor_info', 'info', 'Always 1; what else is known of a monitor.', [
    'kind',
    'group',
    'title',
    'slug',
    'public',
  ]),
  standing: metric(
    'signalbox_monitor_standing',
    'gauge',
    'Whether the monitor stands so (1) or not (0): up, degraded, down or unknown.',
    ['standing'],
  ),
  since: metric(
    'signalbox_monitor_standing_since_timestamp_seconds',
    'gauge',
    'Since when the monitor stands as it does, in seconds since the epoch.',
  ),
  loopDelay: metric(
    'signalbox_loop_delay_seconds',
    'gauge',
    'How late the turns of the loop were in the last quarter of a minute, in seconds, by percentile.',
    ['percentile'],
  ),
};

/** What every process says of itself: the ecosystem's names. */
export const process = {
  cpu: metric('process_cpu_seconds_total', 'counter', 'Processor time spent, user and system, in seconds.'),
  resident: metric('process_resident_memory_bytes', 'gauge', 'Resident memory, in bytes.'),
  heap: metric('nodejs_heap_size_used_bytes', 'gauge', "How much of V8's heap is in use, in bytes."),
  start: metric('process_start_time_seconds', 'gauge', 'When the process started, in seconds since the epoch.'),
  openFds: metric('process_open_fds', 'gauge', 'How many file descriptors are open.'),
};
