/** Series, as `name{labels}`, in which we and node_exporter 1.5 differ, and why. */
export interface Difference {
  readonly series: RegExp;
  readonly why: string;
}

/** What it has and we do not. */
export const LEFT_OUT: readonly Difference[] = [
  { series: /^(?:go|promhttp|process)_/, why: 'it speaks of its own process; the box has its own figures of itself' },
  { series: /^node_exporter_build_info/, why: 'it is its version' },
  { series: /^node_scrape_collector_/, why: 'it has collectors that we do not have; those of both are compared apart' },
  { series: /^node_filesystem_/, why: 'the mounts exporter gives them, from a process of its own' },
  { series: /^node_textfile_/, why: 'the textfile exporter reads such files' },
  { series: /^node_timex_/, why: 'adjtimex(2) cannot be asked from JavaScript, and no file has its answer' },
  {
    series: /^node_(?:xfs|btrfs|bcache|zfs)_/,
    why: 'figures of single file systems, which no panel of the dashboard shows',
  },
];

/** What we have and it does not: newer versions of it do, by their source. */
export const NEWER: readonly Difference[] = [
  { series: /^node_cpu_online/, why: 'newer versions have it' },
  { series: /^node_cpu_scaling_governor/, why: 'newer versions have it' },
  { series: /^node_disk_device_mapper_backing_device_info/, why: 'newer versions have it' },
  {
    series: /^node_hwmon_freq_freq_mhz|^node_hwmon_sensor_label\{.*sensor="freq/,
    why: 'frequencies of GPUs, in newer versions',
  },
  { series: /^node_netstat_TcpExt_(?:TCPOFOQueue|TCPRcvQDrop)/, why: 'among the default fields of newer versions' },
  { series: /^node_os_support_end_timestamp_seconds/, why: 'newer versions have it' },
  { series: /^node_pressure_irq_stalled/, why: 'newer versions have it' },
  {
    series: /^node_softnet_(?:backlog_len|cpu_collision|flow_limit_count|received_rps)/,
    why: 'newer versions read the later columns',
  },
  { series: /^node_network_receive_nohandler/, why: 'it has them only over netlink, which the fixtures do without' },
];

/** Labels that newer versions of it have. */
export const NEWER_LABELS: Readonly<Record<string, string>> = {
  node_network_info: 'adminstate',
  node_disk_info: 'rotational',
};
