import { metric } from '../metric.ts';

/** What the box says of each exporter that it runs. */
export const exporter = {
  up: metric(
    'signalbox_exporter_up',
    'gauge',
    'Whether the exporter could see what it is to see when it last tried (1) or not (0).',
    ['exporter'],
  ),
  duration: metric('signalbox_exporter_duration_seconds', 'gauge', 'How long it last took to collect, in seconds.', [
    'exporter',
  ]),
  samples: metric('signalbox_exporter_samples', 'gauge', 'How many samples it last gave.', ['exporter']),
  lastSuccess: metric(
    'signalbox_exporter_last_success_timestamp_seconds',
    'gauge',
    'When it last could see, in seconds since the epoch.',
    ['exporter'],
  ),
};
