import { metric } from '../metric.ts';
import { each } from './node-fields.ts';

/** The fields of /proc/net/netstat, snmp and snmp6 that node_exporter gives unless told otherwise. */
export const nodeNetstat = each(
  [
    'Icmp_InErrors',
    'Icmp_InMsgs',
    'Icmp_OutMsgs',
    'Icmp6_InErrors',
    'Icmp6_InMsgs',
    'Icmp6_OutMsgs',
    'Ip_Forwarding',
    'IpExt_InOctets',
    'IpExt_OutOctets',
    'Ip6_InOctets',
    'Ip6_OutOctets',
    'Tcp_ActiveOpens',
    'Tcp_CurrEstab',
    'Tcp_InErrs',
    'Tcp_InSegs',
    'Tcp_OutRsts',
    'Tcp_OutSegs',
    'Tcp_PassiveOpens',
    'Tcp_RetransSegs',
    'TcpExt_ListenDrops',
    'TcpExt_ListenOverflows',
    'TcpExt_SyncookiesFailed',
    'TcpExt_SyncookiesRecv',
    'TcpExt_SyncookiesSent',
    'TcpExt_TCPOFOQueue',
    'TcpExt_TCPRcvQDrop',
    'TcpExt_TCPSynRetrans',
    'TcpExt_TCPTimeouts',
    'Udp_InDatagrams',
    'Udp_InErrors',
    'Udp_NoPorts',
    'Udp_OutDatagrams',
    'Udp_RcvbufErrors',
    'Udp_SndbufErrors',
    'Udp6_InDatagrams',
    'Udp6_InErrors',
    'Udp6_NoPorts',
    'Udp6_OutDatagrams',
    'Udp6_RcvbufErrors',
    'Udp6_SndbufErrors',
    'UdpLite_InErrors',
    'UdpLite6_InErrors',
  ],
  (field) => metric(`node_netstat_${field}`, 'untyped', `Statistic ${field.replace('_', '')}.`),
);

/** The sockets in use, from /proc/net/sockstat and sockstat6. */
export const nodeSockstat = {
  ...each(
    [
      'TCP_inuse',
      'TCP_orphan',
      'TCP_tw',
      'TCP_alloc',
      'TCP_mem',
      'TCP_mem_bytes',
      'TCP6_inuse',
      'UDP_inuse',
      'UDP_mem',
      'UDP_mem_bytes',
      'UDP6_inuse',
      'UDPLITE_inuse',
      'UDPLITE6_inuse',
      'RAW_inuse',
      'RAW6_inuse',
      'FRAG_inuse',
      'FRAG_memory',
      'FRAG6_inuse',
      'FRAG6_memory',
    ],
    (field) => {
      const [protocol, ...state] = field.split('_');
      return metric(`node_sockstat_${field}`, 'gauge', `Number of ${protocol} sockets in state ${state.join('_')}.`);
    },
  ),
  sockets_used: metric('node_sockstat_sockets_used', 'gauge', 'Number of IPv4 sockets in use.'),
};
