import { metric } from '../metric.ts';

/** What every probe that opens a connection says of it. The names are blackbox_exporter's. */
export const connection = {
  dnsLookupTime: metric('probe_dns_lookup_time_seconds', 'gauge', 'How long finding the addresses took, in seconds.'),
  ipProtocol: metric('probe_ip_protocol', 'gauge', 'The IP version of the address that answered, 4 or 6.'),
  earliestCertExpiry: metric(
    'probe_ssl_earliest_cert_expiry',
    'gauge',
    'When the first certificate of the chain that the server sent ends, in seconds since the epoch.',
  ),
  lastChainExpiry: metric(
    'probe_ssl_last_chain_expiry_timestamp_seconds',
    'gauge',
    'When the chain that was verified stops being valid, in seconds since the epoch. Absent when none was.',
  ),
  tlsVersion: metric('probe_tls_version_info', 'info', 'The TLS version that was agreed on, as TLS 1.3.', ['version']),
};
