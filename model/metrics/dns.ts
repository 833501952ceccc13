import { metric } from '../metric.ts';

/** What a DNS check says. The `probe_` names are blackbox_exporter's; with several servers they speak of the first that answered. */
export const dns = {
  duration: metric(
    'probe_dns_duration_seconds',
    'gauge',
    'How long each phase took (resolve: the name server itself, connect, request), in seconds.',
    ['phase'],
  ),
  querySucceeded: metric('probe_dns_query_succeeded', 'gauge', 'Whether a name server answered at all (1) or not (0).'),
  answers: metric('probe_dns_answer_rrs', 'gauge', 'How many records the answer section held.'),
  authorities: metric('probe_dns_authority_rrs', 'gauge', 'How many records the authority section held.'),
  additionals: metric('probe_dns_additional_rrs', 'gauge', 'How many records the additional section held.'),
  serial: metric('probe_dns_serial', 'gauge', 'The serial number of the zone, when its SOA was asked for.'),
  serverAnswered: metric(
    'signalbox_dns_server_answered',
    'gauge',
    'Whether this name server answered (1) or not (0).',
    ['server'],
  ),
  serverDuration: metric(
    'signalbox_dns_server_duration_seconds',
    'gauge',
    'How long this name server took to answer, in seconds.',
    ['server'],
  ),
  serverSerial: metric('signalbox_dns_server_serial', 'gauge', 'The serial number of the zone on this name server.', [
    'server',
  ]),
};
