import { metric } from '../metric.ts';
import { each } from './node-fields.ts';

/** What is known of the machine as a whole. The names, labels, types and help texts of this file and the other `node-*.ts` are node_exporter's. */
export const node = {
  load1: metric('node_load1', 'gauge', '1m load average.'),
  load5: metric('node_load5', 'gauge', '5m load average.'),
  load15: metric('node_load15', 'gauge', '15m load average.'),
  interrupts: metric('node_intr_total', 'counter', 'Total number of interrupts serviced.'),
  contextSwitches: metric('node_context_switches_total', 'counter', 'Total number of context switches.'),
  forks: metric('node_forks_total', 'counter', 'Total number of forks.'),
  bootTime: metric('node_boot_time_seconds', 'gauge', 'Node boot time, in unixtime.'),
  running: metric('node_procs_running', 'gauge', 'Number of processes in runnable state.'),
  blocked: metric('node_procs_blocked', 'gauge', 'Number of processes blocked waiting for I/O to complete.'),
  filesAllocated: metric('node_filefd_allocated', 'gauge', 'File descriptor statistics: allocated.'),
  filesMaximum: metric('node_filefd_maximum', 'gauge', 'File descriptor statistics: maximum.'),
  entropyAvailable: metric('node_entropy_available_bits', 'gauge', 'Bits of available entropy.'),
  entropyPool: metric('node_entropy_pool_size_bits', 'gauge', 'Bits of entropy pool.'),
  selinuxEnabled: metric('node_selinux_enabled', 'gauge', 'SELinux is enabled, 1 is true, 0 is false'),
  selinuxConfigMode: metric('node_selinux_config_mode', 'gauge', 'Configured SELinux enforcement mode'),
  selinuxCurrentMode: metric('node_selinux_current_mode', 'gauge', 'Current SELinux enforcement mode'),
  time: metric('node_time_seconds', 'gauge', 'System time in seconds since epoch (1970).'),
  zoneOffset: metric('node_time_zone_offset_seconds', 'gauge', 'System time zone offset in seconds.', ['time_zone']),
  clockAvailable: metric(
    'node_time_clocksource_available_info',
    'gauge',
    "Available clocksources read from '/sys/devices/system/clocksource'.",
    ['device', 'clocksource'],
  ),
  clockCurrent: metric(
    'node_time_clocksource_current_info',
    'gauge',
    "Current clocksource read from '/sys/devices/system/clocksource'.",
    ['device', 'clocksource'],
  ),
  uname: metric('node_uname_info', 'gauge', 'Labeled system information as provided by the uname system call.', [
    'sysname',
    'release',
    'version',
    'machine',
    'nodename',
    'domainname',
  ]),
  scrapeDuration: metric(
    'node_scrape_collector_duration_seconds',
    'gauge',
    'node_exporter: Duration of a collector scrape.',
    ['collector'],
  ),
  scrapeSuccess: metric('node_scrape_collector_success', 'gauge', 'node_exporter: Whether a collector succeeded.', [
    'collector',
  ]),
};

/** How long work stood still for want of something (pressure stall information, kernel: Documentation/accounting/psi.rst). */
export const nodePressure = {
  cpuWaiting: pressure('cpu_waiting', 'that processes have waited for CPU time'),
  ioWaiting: pressure('io_waiting', 'that processes have waited due to IO congestion'),
  ioStalled: pressure('io_stalled', 'no process could make progress due to IO congestion'),
  memoryWaiting: pressure('memory_waiting', 'that processes have waited for memory'),
  memoryStalled: pressure('memory_stalled', 'no process could make progress due to memory congestion'),
  irqStalled: pressure('irq_stalled', 'no process could make progress due to IRQ congestion'),
};

function pressure(what: string, inWords: string) {
  return metric(`node_pressure_${what}_seconds_total`, 'counter', `Total time in seconds ${inWords}`);
}

/** The fields of /proc/vmstat that node_exporter gives unless told otherwise. */
export const nodeVmstat = each(
  ['oom_kill', 'pgfault', 'pgmajfault', 'pgpgin', 'pgpgout', 'pswpin', 'pswpout'],
  (field) => metric(`node_vmstat_${field}`, 'untyped', `/proc/vmstat information field ${field}.`),
);
