import { metric } from '../metric.ts';

/** What is known of a job that reports for itself. */
export const heartbeat = {
  lastOk: metric(
    'signalbox_heartbeat_last_ok_timestamp_seconds',
    'gauge',
    'When the job last reported success, in seconds since the epoch.',
  ),
  lastFail: metric(
    'signalbox_heartbeat_last_fail_timestamp_seconds',
    'gauge',
    'When the job last reported failure, in seconds since the epoch.',
  ),
  lastStart: metric(
    'signalbox_heartbeat_last_start_timestamp_seconds',
    'gauge',
    'When the job last reported that it begins, in seconds since the epoch.',
  ),
  due: metric(
    'signalbox_heartbeat_due_timestamp_seconds',
    'gauge',
    'When the next report is due, without grace, in seconds since the epoch.',
  ),
  run: metric('signalbox_heartbeat_run_seconds', 'gauge', 'How long the last finished run took, in seconds.'),
  exitCode: metric('signalbox_heartbeat_exit_code', 'gauge', 'The exit code that the job reported last.'),
};
