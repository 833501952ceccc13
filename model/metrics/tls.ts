import { metric } from '../metric.ts';

/** What a TLS check says beside what every connection does. */
export const tls = {
  duration: metric(
    'signalbox_tls_duration_seconds',
    'gauge',
    'How long each phase took (resolve, connect, tls), in seconds.',
    ['phase'],
  ),
};
