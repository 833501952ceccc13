import { metric } from '../metric.ts';

const FILE_SYSTEM = ['device', 'mountpoint', 'fstype'] as const;

/** What is known of the mounts. The names and labels of `node_` are node_exporter's. */
export const mounts = {
  size: metric('node_filesystem_size_bytes', 'gauge', 'Filesystem size in bytes.', FILE_SYSTEM),
  free: metric('node_filesystem_free_bytes', 'gauge', 'Filesystem free space in bytes.', FILE_SYSTEM),
  avail: metric(
    'node_filesystem_avail_bytes',
    'gauge',
    'Filesystem space available to non-root users in bytes.',
    FILE_SYSTEM,
  ),
  files: metric('node_filesystem_files', 'gauge', 'Filesystem total file nodes.', FILE_SYSTEM),
  filesFree: metric('node_filesystem_files_free', 'gauge', 'Filesystem total free file nodes.', FILE_SYSTEM),
  readonly: metric('node_filesystem_readonly', 'gauge', 'Filesystem read-only status.', FILE_SYSTEM),
  deviceError: metric(
    'node_filesystem_device_error',
    'gauge',
    'Whether an error occurred while getting statistics for the given device.',
    [...FILE_SYSTEM, 'device_error'],
  ),
  healthy: metric(
    'signalbox_mount_healthy',
    'gauge',
    'Whether the file system answers, and is mounted as it should be (1) or not (0); absent while that cannot be known.',
    FILE_SYSTEM,
  ),
  unhealthy: metric(
    'signalbox_mount_unhealthy_info',
    'info',
    'Why a mount is not healthy, in words; there only while it is not.',
    ['mountpoint', 'reason'],
  ),
  seconds: metric(
    'signalbox_mount_seconds',
    'gauge',
    'How long the file system took to answer when it was last asked, or has been waited for, in seconds.',
    ['mountpoint'],
  ),
  stuck: metric(
    'signalbox_mounts_stuck_processes',
    'gauge',
    'How many processes wait for a file system that does not answer.',
  ),
  unknown: metric(
    'signalbox_mounts_unknown',
    'gauge',
    'How many watched mounts nothing is known of: no right to ask them, or too many others do not answer.',
  ),
};
