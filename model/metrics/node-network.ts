import { metric } from '../metric.ts';
import { each } from './node-fields.ts';

/** The statistics of a network device; the first sixteen in the order of /proc/net/dev. */
export const nodeNetworkStatistics = each(
  [
    'receive_bytes',
    'receive_packets',
    'receive_errs',
    'receive_drop',
    'receive_fifo',
    'receive_frame',
    'receive_compressed',
    'receive_multicast',
    'transmit_bytes',
    'transmit_packets',
    'transmit_errs',
    'transmit_drop',
    'transmit_fifo',
    'transmit_colls',
    'transmit_carrier',
    'transmit_compressed',
    'receive_nohandler',
  ],
  (field) => metric(`node_network_${field}_total`, 'counter', `Network device statistic ${field}.`, ['device']),
);

/** The properties of a network device, from /sys/class/net (kernel: Documentation/ABI/testing/sysfs-class-net). */
export const nodeNetworkProperties = each(
  [
    'address_assign_type',
    'carrier',
    'carrier_changes_total',
    'carrier_up_changes_total',
    'carrier_down_changes_total',
    'device_id',
    'dormant',
    'flags',
    'iface_id',
    'iface_link',
    'iface_link_mode',
    'mtu_bytes',
    'name_assign_type',
    'net_dev_group',
    'speed_bytes',
    'transmit_queue_length',
    'protocol_type',
  ],
  (field) =>
    metric(
      `node_network_${field}`,
      field.endsWith('_total') ? 'counter' : 'gauge',
      `Network device property: ${field}`,
      ['device'],
    ),
);

/** What else is known of the network. */
export const nodeNetwork = {
  up: metric('node_network_up', 'gauge', "Value is 1 if operstate is 'up', 0 otherwise.", ['device']),
  info: metric('node_network_info', 'gauge', 'Non-numeric data from /sys/class/net/<iface>, value is always 1.', [
    'device',
    'address',
    'broadcast',
    'duplex',
    'operstate',
    'adminstate',
    'ifalias',
  ]),
  bondingSlaves: metric('node_bonding_slaves', 'gauge', 'Number of configured slaves per bonding interface.', [
    'master',
  ]),
  bondingActive: metric('node_bonding_active', 'gauge', 'Number of active slaves per bonding interface.', ['master']),
  arpEntries: metric('node_arp_entries', 'gauge', 'ARP entries by device', ['device']),
  udpQueues: metric(
    'node_udp_queues',
    'gauge',
    'Number of allocated memory in the kernel for UDP datagrams in bytes.',
    ['queue', 'ip'],
  ),
  conntrackEntries: metric(
    'node_nf_conntrack_entries',
    'gauge',
    'Number of currently allocated flow entries for connection tracking.',
  ),
  conntrackLimit: metric('node_nf_conntrack_entries_limit', 'gauge', 'Maximum size of connection tracking table.'),
};

const CONNTRACK = {
  found: 'Number of searched entries which were successful.',
  invalid: 'Number of packets seen which can not be tracked.',
  ignore: 'Number of packets seen which are already connected to a conntrack entry.',
  insert: 'Number of entries inserted into the list.',
  insert_failed: 'Number of entries for which list insertion was attempted but failed.',
  drop: 'Number of packets dropped due to conntrack failure.',
  early_drop: 'Number of dropped conntrack entries to make room for new ones, if maximum table size was reached.',
  search_restart: 'Number of conntrack table lookups which had to be restarted due to hashtable resizes.',
};

/** The columns of /proc/net/stat/nf_conntrack, the sums over all CPUs. */
export const nodeConntrack = each(Object.keys(CONNTRACK) as (keyof typeof CONNTRACK)[], (column) =>
  metric(`node_nf_conntrack_stat_${column}`, 'gauge', CONNTRACK[column]),
);

const SOFTNET = {
  processed_total: 'Number of processed packets',
  dropped_total: 'Number of dropped packets',
  times_squeezed_total: 'Number of times processing packets ran out of quota',
  cpu_collision_total: 'Number of collision occur while obtaining device lock while transmitting',
  received_rps_total: 'Number of times cpu woken up received_rps',
  flow_limit_count_total: 'Number of times flow limit has been reached',
  backlog_len: 'Softnet backlog status',
};

/** The columns of /proc/net/softnet_stat (kernel: net/core/net-procfs.c). */
export const nodeSoftnet = each(Object.keys(SOFTNET) as (keyof typeof SOFTNET)[], (column) =>
  metric(`node_softnet_${column}`, column === 'backlog_len' ? 'gauge' : 'counter', SOFTNET[column], ['cpu']),
);
