import { metric } from '../metric.ts';

/** What a burst of pings says. The `probe_` names are blackbox_exporter's. */
export const icmp = {
  duration: metric(
    'probe_icmp_duration_seconds',
    'gauge',
    'How long each phase took (resolve, setup: starting the program, rtt: the mean round trip), in seconds.',
    ['phase'],
  ),
  replyHopLimit: metric(
    'probe_icmp_reply_hop_limit',
    'gauge',
    'The hops left to the first answer (TTL, hop limit). Only ping says it, fping does not.',
  ),
  lossRatio: metric('signalbox_icmp_loss_ratio', 'gauge', 'The share of pings without an answer, 0 to 1.'),
  rtt: metric(
    'signalbox_icmp_rtt_seconds',
    'gauge',
    'The round trips of one burst (stat: min, avg, max, stddev), in seconds. Absent when nothing came back.',
    ['stat'],
  ),
};
