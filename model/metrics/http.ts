import { metric } from '../metric.ts';

/** What a check by HTTP says. The names are blackbox_exporter's. */
export const http = {
  statusCode: metric('probe_http_status_code', 'gauge', 'The status of the last response; 0 when there was none.'),
  duration: metric(
    'probe_http_duration_seconds',
    'gauge',
    'How long each phase took (resolve, connect, tls, processing, transfer), all hops together, in seconds.',
    ['phase'],
  ),
  contentLength: metric(
    'probe_http_content_length',
    'gauge',
    'The length of the body as the last response announced it, in bytes; -1 when it did not.',
  ),
  uncompressedBodyLength: metric(
    'probe_http_uncompressed_body_length',
    'gauge',
    'The length of the body after decoding, in bytes, as far as it was read.',
  ),
  version: metric('probe_http_version', 'gauge', 'The HTTP version of the last response, as 1.1.'),
  redirects: metric('probe_http_redirects', 'gauge', 'How many redirects were followed.'),
  ssl: metric('probe_http_ssl', 'gauge', 'Whether the last response came over TLS (1) or not (0).'),
  failedDueToRegex: metric(
    'probe_failed_due_to_regex',
    'gauge',
    'Whether the body or a header was not as expected (1) or was (0).',
  ),
  lastModified: metric(
    'probe_http_last_modified_timestamp_seconds',
    'gauge',
    'When the last response says that it was last modified, in seconds since the epoch.',
  ),
};
