import { metric } from '../metric.ts';

/** What was altered on the machine. */
export const changes = {
  total: metric('signalbox_changes_total', 'counter', 'Changes seen since the exporter first ran, by kind.', ['kind']),
  last: metric(
    'signalbox_last_change_timestamp_seconds',
    'gauge',
    'When something of the kind was last altered, in seconds since the epoch.',
    ['kind'],
  ),
  sourceUp: metric(
    'signalbox_changes_source_up',
    'gauge',
    'Whether the source of changes could be seen (1) or not (0). Absent where the machine has nothing of the kind.',
    ['source'],
  ),
};
