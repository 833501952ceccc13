import { metric } from '../metric.ts';

/** What the spool and the line to VictoriaMetrics say of themselves. */
export const storage = {
  taken: metric('signalbox_spool_samples_total', 'counter', 'Samples that are durable in the spool.'),
  refused: metric(
    'signalbox_samples_refused_total',
    'counter',
    'Samples that the door turned away, by what was wrong with them.',
    ['reason'],
  ),
  dropped: metric(
    'signalbox_spool_dropped_samples_total',
    'counter',
    'Samples that were taken and given up: by the bound in bytes or age, for want of memory while the disk failed, or refused by VictoriaMetrics.',
    ['reason'],
  ),
  commits: metric('signalbox_spool_commits_total', 'counter', 'Group commits of the spool, each one fdatasync.'),
  bytes: metric('signalbox_spool_bytes', 'gauge', 'Size of the spool on disk, in bytes.'),
  unsentBytes: metric(
    'signalbox_spool_unsent_bytes',
    'gauge',
    'How much of the spool VictoriaMetrics has not yet confirmed, in bytes.',
  ),
  oldest: metric(
    'signalbox_spool_oldest_unsent_seconds',
    'gauge',
    'How long ago the oldest segment that is not yet confirmed was last written, in seconds; 0 when there is none.',
  ),
  fullness: metric(
    'signalbox_spool_fullness_ratio',
    'gauge',
    'How near the spool is to its bound (0 to 1). Pushes are refused from 0.9 on.',
  ),
  rotten: metric('signalbox_spool_rotten_bytes_total', 'counter', 'Bytes of the spool that failed their checksum.'),
  up: metric('signalbox_storage_up', 'gauge', 'Whether VictoriaMetrics takes samples (1) or not (0).'),
  sent: metric(
    'signalbox_storage_sent_samples_total',
    'counter',
    'Samples that VictoriaMetrics confirmed, repetitions included, by lane.',
    ['lane'],
  ),
  resent: metric(
    'signalbox_storage_resent_segments_total',
    'counter',
    'Segments sent again because VictoriaMetrics restarted before it had surely stored them.',
  ),
  liveAge: metric(
    'signalbox_storage_live_age_seconds',
    'gauge',
    'How old the newest samples were when VictoriaMetrics last confirmed some, in seconds.',
  ),
};
