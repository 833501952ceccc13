import { metric } from '../metric.ts';

/** What every check says, whatever its kind. The first names are blackbox_exporter's. */
export const probe = {
  success: metric(
    'probe_success',
    'gauge',
    'Whether the target was well enough to count as up or degraded (1) or not (0).',
  ),
  duration: metric('probe_duration_seconds', 'gauge', 'How long the whole check took, in seconds.'),
  degraded: metric(
    'signalbox_probe_degraded',
    'gauge',
    'Whether the target worked but not well, as slow or with a certificate that ends soon (1) or not (0).',
  ),
  unknown: metric(
    'signalbox_probe_unknown',
    'gauge',
    'Whether the check itself could not be made (1) or was (0). probe_success is absent then.',
  ),
  late: metric('signalbox_probe_late_seconds', 'gauge', 'How long after it was due the check began, in seconds.'),
};
