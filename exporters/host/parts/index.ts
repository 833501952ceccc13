import type { OpenPart } from '../part.ts';
import type { PartName } from '../part-names.ts';
import { openArp } from './arp.ts';
import { openBonding } from './bonding.ts';
import { openConntrack } from './conntrack.ts';
import { openCpu } from './cpu.ts';
import { openCpufreq } from './cpufreq.ts';
import { openDiskstats } from './diskstats.ts';
import { openDmi } from './dmi.ts';
import { openEdac } from './edac.ts';
import { openEntropy } from './entropy.ts';
import { openFilefd } from './filefd.ts';
import { openHwmon } from './hwmon.ts';
import { openLoadavg } from './loadavg.ts';
import { openMdadm } from './mdadm.ts';
import { openMeminfo } from './meminfo.ts';
import { openNetclass } from './netclass.ts';
import { openNetdev } from './netdev.ts';
import { openNetstat } from './netstat.ts';
import { openNvme } from './nvme.ts';
import { openOs } from './os.ts';
import { openPowerSupply } from './power-supply.ts';
import { openPressure } from './pressure.ts';
import { openRapl } from './rapl.ts';
import { openSchedstat } from './schedstat.ts';
import { openSelinux } from './selinux.ts';
import { openSockstat } from './sockstat.ts';
import { openSoftnet } from './softnet.ts';
import { openStat } from './stat.ts';
import { openThermalZone } from './thermal-zone.ts';
import { openTime } from './time.ts';
import { openUdpQueues } from './udp-queues.ts';
import { openUname } from './uname.ts';
import { openVmstat } from './vmstat.ts';

/** The parts whose answers come from the kernel's memory: looked at all at once. */
export const memoryParts: Readonly<Partial<Record<PartName, OpenPart>>> = {
  arp: openArp,
  bonding: openBonding,
  conntrack: openConntrack,
  cpu: openCpu,
  diskstats: openDiskstats,
  dmi: openDmi,
  entropy: openEntropy,
  filefd: openFilefd,
  loadavg: openLoadavg,
  mdadm: openMdadm,
  meminfo: openMeminfo,
  netdev: openNetdev,
  netstat: openNetstat,
  os: openOs,
  pressure: openPressure,
  schedstat: openSchedstat,
  selinux: openSelinux,
  sockstat: openSockstat,
  softnet: openSoftnet,
  stat: openStat,
  time: openTime,
  udp_queues: openUdpQueues,
  uname: openUname,
  vmstat: openVmstat,
};

/** The parts behind which stand drivers, firmware and slow buses, which may take their time: looked at one after the other. */
export const driverParts: Readonly<Partial<Record<PartName, OpenPart>>> = {
  netclass: openNetclass,
  cpufreq: openCpufreq,
  edac: openEdac,
  nvme: openNvme,
  thermal_zone: openThermalZone,
  hwmon: openHwmon,
  powersupplyclass: openPowerSupply,
  rapl: openRapl,
};
