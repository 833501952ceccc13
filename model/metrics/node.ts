import { metric } from '../metric.ts';

/** What is known of the machine itself. The names and labels are node_exporter's. */
export const node = {
  load1: metric('node_load1', 'gauge', '1m load average.'),
  load5: metric('node_load5', 'gauge', '5m load average.'),
  load15: metric('node_load15', 'gauge', '15m load average.'),
};
