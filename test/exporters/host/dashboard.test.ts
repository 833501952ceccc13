import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIXTURES, openWorld, settingsFor } from './world.ts';

/** What the panels of "Node Exporter Full" (grafana.com, 1860) ask for that node_exporter gives unless told otherwise, but for what other exporters of ours give. */
const ASKED = `
  node_arp_entries node_boot_time_seconds node_context_switches_total node_cooling_device_{cur,max}_state
  node_cpu_guest_seconds_total node_cpu_scaling_frequency{,_max,_min}_hertz node_cpu_seconds_total
  node_disk_{discard,io,read,write}_time_seconds_total node_disk_discards_{completed,merged}_total node_disk_io_now
  node_disk_io_time_weighted_seconds_total node_disk_{read,written}_bytes_total
  node_disk_{reads,writes}_{completed,merged}_total node_entropy_available_bits node_filefd_{allocated,maximum}
  node_forks_total node_hwmon_chip_names node_hwmon_temp{,_crit,_crit_alarm,_crit_hyst,_max}_celsius node_intr_total
  node_load{1,5,15} node_memory_{Active,Inactive}{,_anon,_file}_bytes node_memory_Anon{HugePages,Pages}_bytes
  node_memory_{Bounce,Buffers,Cached,CommitLimit,Committed_AS,DirectMap1G,DirectMap2M,DirectMap4k,Dirty}_bytes
  node_memory_HardwareCorrupted_bytes node_memory_HugePages_{Free,Rsvd,Surp,Total} node_memory_Hugepagesize_bytes
  node_memory_{KernelStack,Mapped,MemAvailable,MemFree,MemTotal,Mlocked,NFS_Unstable,PageTables,Percpu}_bytes
  node_memory_{SReclaimable,SUnreclaim,Shmem,ShmemHugePages,ShmemPmdMapped,Slab,Unevictable}_bytes
  node_memory_Swap{Cached,Free,Total}_bytes node_memory_Vmalloc{Chunk,Total,Used}_bytes
  node_memory_Writeback{,Tmp}_bytes node_netstat_Icmp_{InErrors,InMsgs,OutMsgs} node_netstat_IpExt_{In,Out}Octets
  node_netstat_Ip_Forwarding node_netstat_TcpExt_{ListenDrops,ListenOverflows,TCPOFOQueue,TCPRcvQDrop,TCPSynRetrans}
  node_netstat_TcpExt_Syncookies{Failed,Recv,Sent}
  node_netstat_Tcp_{ActiveOpens,CurrEstab,InErrs,InSegs,OutRsts,OutSegs,PassiveOpens,RetransSegs}
  node_netstat_UdpLite_InErrors node_netstat_Udp_{InDatagrams,InErrors,NoPorts,OutDatagrams,RcvbufErrors,SndbufErrors}
  node_network_carrier node_network_mtu_bytes node_network_receive_{bytes,packets,errs,drop,fifo,frame}_total
  node_network_receive_{compressed,multicast}_total node_network_speed_bytes
  node_network_transmit_{bytes,packets,errs,drop,fifo,colls,carrier,compressed}_total
  node_network_transmit_queue_length node_network_up node_nf_conntrack_entries{,_limit} node_power_supply_online
  node_pressure_cpu_waiting_seconds_total node_pressure_{io,memory}_{stalled,waiting}_seconds_total
  node_pressure_irq_stalled_seconds_total node_procs_{blocked,running} node_schedstat_{running,waiting}_seconds_total
  node_schedstat_timeslices_total node_scrape_collector_{duration_seconds,success} node_sockstat_FRAG_{inuse,memory}
  node_sockstat_RAW_inuse node_sockstat_TCP_{alloc,inuse,mem,mem_bytes,orphan,tw} node_sockstat_UDPLITE_inuse
  node_sockstat_UDP_{inuse,mem,mem_bytes} node_sockstat_sockets_used
  node_softnet_{dropped,processed,times_squeezed}_total node_time_seconds node_uname_info
  node_vmstat_{oom_kill,pgfault,pgmajfault,pgpgin,pgpgout,pswpin,pswpout}`;

/** `a_{b,c}` as a shell would take it. */
function spelledOut(word: string): string[] {
  const [, before = '', choices, after = ''] = /^(.*?)\{([^}]*)\}(.*)$/.exec(word) ?? [];
  if (choices === undefined) return [word];
  return choices.split(',').flatMap((choice) => spelledOut(`${before}${choice}${after}`));
}

test('every metric that the dashboard Node Exporter Full asks of a host is there', async (t) => {
  const { collect } = await openWorld(t, settingsFor(`${FIXTURES}server`));
  const given = new Set((await collect()).map(({ name }) => name));
  const asked = ASKED.trim().split(/\s+/).flatMap(spelledOut);
  assert.ok(asked.length > 150, `${asked.length}`);
  assert.deepEqual(
    asked.filter((name) => !given.has(name)),
    [],
  );
});
