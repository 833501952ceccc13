import { metric } from '../metric.ts';

/** What a TCP check says beside what every connection does. */
export const tcp = {
  duration: metric(
    'signalbox_tcp_duration_seconds',
    'gauge',
    'How long each phase took (resolve, connect, tls, talk), in seconds.',
    ['phase'],
  ),
};
