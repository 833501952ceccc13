import { metric } from '../metric.ts';

/** What systemd says of itself and its units. The `node_` names and labels are node_exporter's, and speak of the system's own systemd alone. */
export const systemd = {
  nodeUnits: metric('node_systemd_units', 'gauge', 'Summary of systemd unit states', ['state']),
  nodeRunning: metric(
    'node_systemd_system_running',
    'gauge',
    "Whether the system is operational (see 'systemctl is-system-running')",
  ),
  nodeVersion: metric('node_systemd_version', 'gauge', 'Detected systemd version', ['version']),
  nodeVirtualization: metric('node_systemd_virtualization_info', 'gauge', 'Detected virtualization technology', [
    'virtualization_type',
  ]),
  nodeUnitState: metric('node_systemd_unit_state', 'gauge', 'Systemd unit', ['name', 'state', 'type']),
  nodeTimerLastTrigger: metric(
    'node_systemd_timer_last_trigger_seconds',
    'gauge',
    'Seconds since epoch of last trigger.',
    ['name'],
  ),
  nodeRestarts: metric('node_systemd_service_restart_total', 'counter', 'Service unit count of Restart triggers', [
    'name',
  ]),
  nodeSocketAccepted: metric(
    'node_systemd_socket_accepted_connections_total',
    'counter',
    'Total number of accepted socket connections',
    ['name'],
  ),
  nodeSocketCurrent: metric(
    'node_systemd_socket_current_connections',
    'gauge',
    'Current number of socket connections',
    ['name'],
  ),
  nodeSocketRefused: metric(
    'node_systemd_socket_refused_connections_total',
    'gauge',
    'Total number of refused socket connections',
    ['name'],
  ),
  units: metric('systemd_units', 'gauge', 'How many units are in this state.', ['scope', 'state']),
  managerState: metric(
    'systemd_manager_state',
    'gauge',
    "Whether this is systemd's own state (1) or not (0): running, degraded (a unit failed), maintenance, starting, stopping.",
    ['scope', 'state'],
  ),
  unitFailed: metric(
    'systemd_unit_failed',
    'gauge',
    'A unit that is failed now (1), and its result; absent otherwise.',
    ['scope', 'name', 'result'],
  ),
  failures: metric('systemd_failures_total', 'counter', 'How often any unit failed while the box was running.', [
    'scope',
  ]),
  unitFailures: metric(
    'systemd_unit_failures_total',
    'counter',
    'How often a unit failed while the box was running, also where it was started again at once.',
    ['scope', 'name', 'result'],
  ),
  unitFlapping: metric(
    'systemd_unit_flapping',
    'gauge',
    'A unit that failed three times or more within the last ten minutes (1); absent otherwise.',
    ['scope', 'name'],
  ),
  unitLoadError: metric(
    'systemd_unit_load_error',
    'gauge',
    'A unit whose file cannot be loaded (1): bad-setting or error; absent otherwise.',
    ['scope', 'name', 'load_state'],
  ),
  unitExpectedUp: metric(
    'systemd_unit_expected_up',
    'gauge',
    'Whether a unit that is expected is there and active (1), or not (0); also for one that systemd does not know.',
    ['scope', 'name'],
  ),
  unitNeedsReload: metric(
    'systemd_unit_need_daemon_reload',
    'gauge',
    'Whether the file of an expected unit was altered since systemd read it (1) or not (0).',
    ['scope', 'name'],
  ),
  timerLastTrigger: metric(
    'systemd_timer_last_trigger_timestamp_seconds',
    'gauge',
    'When a timer last started its unit, in seconds since the epoch.',
    ['scope', 'name'],
  ),
  timerNextElapse: metric(
    'systemd_timer_next_elapse_timestamp_seconds',
    'gauge',
    'When a timer is due next, in seconds since the epoch; absent when it has no next time.',
    ['scope', 'name'],
  ),
  timerOverdue: metric(
    'systemd_timer_overdue',
    'gauge',
    'Whether a timer should have started its unit by now and has not (1), or all is well (0).',
    ['scope', 'name'],
  ),
  jobsQueued: metric('systemd_jobs_queued', 'gauge', 'How many jobs systemd has under way or waiting.', ['scope']),
  jobResults: metric('systemd_job_results_total', 'counter', 'How jobs ended while the box was running.', [
    'scope',
    'result',
  ]),
  connected: metric(
    'systemd_collector_connected',
    'gauge',
    'Whether the box is connected to the bus and hears of every change (1), or asks systemctl instead (0).',
    ['scope'],
  ),
  signals: metric('systemd_collector_signals_total', 'counter', 'How many signals came from the bus.', ['scope']),
  resyncs: metric(
    'systemd_collector_resyncs_total',
    'counter',
    'How often the connection to the bus broke and everything was asked anew.',
    ['scope'],
  ),
  restarts: metric(
    'signalbox_unit_restarts',
    'gauge',
    'How often systemd has started the unit again by itself, since it was last started by hand.',
  ),
  stateChange: metric(
    'signalbox_unit_state_change_timestamp_seconds',
    'gauge',
    'When the unit came into its present state, in seconds since the epoch.',
  ),
};
