import { metric } from '../metric.ts';
import { each } from './node-fields.ts';

/** The statistics of a block device, in the order of /proc/diskstats (kernel: Documentation/admin-guide/iostats.rst). */
export const nodeDiskStatistics = {
  readsCompleted: disk('reads_completed_total', 'The total number of reads completed successfully.'),
  readsMerged: disk('reads_merged_total', 'The total number of reads merged.'),
  readBytes: disk('read_bytes_total', 'The total number of bytes read successfully.'),
  readTime: disk('read_time_seconds_total', 'The total number of seconds spent by all reads.'),
  writesCompleted: disk('writes_completed_total', 'The total number of writes completed successfully.'),
  writesMerged: disk('writes_merged_total', 'The number of writes merged.'),
  writtenBytes: disk('written_bytes_total', 'The total number of bytes written successfully.'),
  writeTime: disk('write_time_seconds_total', 'This is the total number of seconds spent by all writes.'),
  ioNow: metric('node_disk_io_now', 'gauge', 'The number of I/Os currently in progress.', ['device']),
  ioTime: disk('io_time_seconds_total', 'Total seconds spent doing I/Os.'),
  ioTimeWeighted: disk('io_time_weighted_seconds_total', 'The weighted # of seconds spent doing I/Os.'),
  discardsCompleted: disk('discards_completed_total', 'The total number of discards completed successfully.'),
  discardsMerged: disk('discards_merged_total', 'The total number of discards merged.'),
  discardedSectors: disk('discarded_sectors_total', 'The total number of sectors discarded successfully.'),
  discardTime: disk('discard_time_seconds_total', 'This is the total number of seconds spent by all discards.'),
  flushRequests: disk('flush_requests_total', 'The total number of flush requests completed successfully'),
  flushTime: disk(
    'flush_requests_time_seconds_total',
    'This is the total number of seconds spent by all flush requests.',
  ),
};

function disk(name: string, help: string) {
  return metric(`node_disk_${name}`, 'counter', help, ['device']);
}

/** What a block device is. */
export const nodeDisk = {
  info: metric('node_disk_info', 'gauge', 'Info of /sys/block/<block_device>.', [
    'device',
    'major',
    'minor',
    'path',
    'wwn',
    'model',
    'serial',
    'revision',
    'rotational',
  ]),
  filesystem: metric('node_disk_filesystem_info', 'gauge', 'Info about disk filesystem.', [
    'device',
    'type',
    'usage',
    'uuid',
    'version',
  ]),
  deviceMapper: metric('node_disk_device_mapper_info', 'gauge', 'Info about disk device mapper.', [
    'device',
    'name',
    'uuid',
    'vg_name',
    'lv_name',
    'lv_layer',
  ]),
  deviceMapperBacking: metric(
    'node_disk_device_mapper_backing_device_info',
    'gauge',
    'Info about the underlying block devices of a device mapper device.',
    ['device', 'backing_device'],
  ),
  writeCache: metric('node_disk_ata_write_cache', 'gauge', 'ATA disk has a write cache.', ['device']),
  writeCacheEnabled: metric('node_disk_ata_write_cache_enabled', 'gauge', 'ATA disk has its write cache enabled.', [
    'device',
  ]),
  rotationRate: metric('node_disk_ata_rotation_rate_rpm', 'gauge', 'ATA disk rotation rate in RPMs (0 for SSDs).', [
    'device',
  ]),
  nvme: metric('node_nvme_info', 'gauge', 'Non-numeric data from /sys/class/nvme/<device>, value is always 1.', [
    'device',
    'firmware_revision',
    'model',
    'serial',
    'state',
  ]),
};

/** The arrays of the md driver. */
export const nodeMd = {
  disks: metric('node_md_disks', 'gauge', 'Number of active/failed/spare disks of device.', ['device', 'state']),
  disksRequired: metric('node_md_disks_required', 'gauge', 'Total number of disks of device.', ['device']),
  state: metric('node_md_state', 'gauge', 'Indicates the state of md-device.', ['device', 'state']),
  ...each(['blocks', 'blocks_synced'], (field) =>
    metric(
      `node_md_${field}`,
      'gauge',
      field === 'blocks' ? 'Total number of blocks on device.' : 'Number of blocks synced on device.',
      ['device'],
    ),
  ),
};
