import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const CPUS = 256;
const DISKS = 48;
const NETWORKS = 64;
const UDP_SOCKETS = 4_000;
const INTERRUPTS = 3_000;
const DOMAINS = 5;
const DOMAIN_NUMBERS = 36;

/** Writes the /proc and /sys of a machine with 256 CPUs into a folder. Its files are as long as such a kernel's. */
export async function writeLargeMachine(folder: string): Promise<void> {
  const write = async (path: string, text: string) => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  };
  const lines = (count: number, line: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => line(at)).join('');
  const numbers = (count: number, seed: number) =>
    Array.from({ length: count }, (_, at) => seed * 7919 + at * 104_729).join(' ');
  const cpuLines = lines(CPUS, (cpu) => `cpu${cpu} ${numbers(10, cpu)}\n`);
  await write(
    'proc/stat',
    `cpu  ${numbers(10, 1)}\n${cpuLines}intr ${numbers(INTERRUPTS, 1)}\nctxt 5\nbtime 1700000000\nprocesses 9\n`,
  );
  const domains = (cpu: number) =>
    lines(DOMAINS, (at) => `domain${at} ${'ffffffff,'.repeat(8)} ${numbers(DOMAIN_NUMBERS, cpu)}\n`);
  await write(
    'proc/schedstat',
    `version 15\ntimestamp 1\n${lines(CPUS, (cpu) => `cpu${cpu} ${numbers(9, cpu)}\n${domains(cpu)}`)}`,
  );
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  await write(
    'proc/net/softnet_stat',
    lines(CPUS, (cpu) => `${[1, 2, 3, 0, 0, 0, 0, 0, 4, 5, 6, 7, cpu].map(hex).join(' ')}\n`),
  );
  await write(
    'proc/diskstats',
    lines(DISKS, (at) => ` 8 ${at * 16} disk${at} ${numbers(17, at)}\n`),
  );
  await write('proc/net/dev', `Inter-|\n face |\n${lines(NETWORKS, (at) => `veth${at}: ${numbers(16, at)}\n`)}`);
  const socket = (at: number) =>
    `${at}: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 101 0 ${at} 2 0000000000000000 0\n`;
  await write('proc/net/udp', `  sl  local_address\n${lines(UDP_SOCKETS, socket)}`);
  await write('proc/loadavg', '1 2 3 4/5 6\n');
  await write('proc/meminfo', 'MemTotal: 1056000000 kB\nMemFree: 5 kB\n');
  for (let cpu = 0; cpu < CPUS; cpu++) await writeCpu(cpu, write);
  for (let at = 0; at < NETWORKS; at++) await writeNetwork(at, write);
}

type Write = (path: string, text: string) => Promise<void>;

async function writeCpu(cpu: number, write: Write): Promise<void> {
  const at = `sys/devices/system/cpu/cpu${cpu}`;
  await write(`${at}/topology/core_id`, `${cpu >> 1}\n`);
  await write(`${at}/topology/physical_package_id`, `${cpu >> 7}\n`);
  for (const list of ['core_siblings_list', 'thread_siblings_list']) await write(`${at}/topology/${list}`, '0-1\n');
  for (const part of ['core', 'package']) await write(`${at}/thermal_throttle/${part}_throttle_count`, '3\n');
  const kilohertz = ['cpuinfo_min', 'cpuinfo_max', 'scaling_min', 'scaling_max', 'scaling_cur'];
  for (const name of kilohertz) await write(`${at}/cpufreq/${name}_freq`, '2400000\n');
  await write(`${at}/cpufreq/cpuinfo_transition_latency`, '0\n');
  await write(`${at}/cpufreq/scaling_governor`, 'powersave\n');
  await write(`${at}/cpufreq/scaling_available_governors`, 'performance powersave\n');
  for (const name of ['scaling_driver', 'related_cpus', 'scaling_setspeed'])
    await write(`${at}/cpufreq/${name}`, 'x\n');
}

async function writeNetwork(at: number, write: Write): Promise<void> {
  const numbers = [
    'addr_assign_type',
    'addr_len',
    'carrier',
    'carrier_changes',
    'carrier_up_count',
    'carrier_down_count',
  ];
  numbers.push('dev_id', 'dormant', 'iflink', 'link_mode', 'mtu', 'name_assign_type', 'netdev_group', 'speed');
  const texts = {
    operstate: 'up',
    flags: '0x1003',
    duplex: 'full',
    address: '02:00:00:00:00:01',
    broadcast: 'ff:ff',
    ifalias: '',
  };
  const all = { ...Object.fromEntries([...numbers, 'tx_queue_len', 'type'].map((name) => [name, '1'])), ...texts };
  for (const [name, text] of Object.entries({ ...all, ifindex: String(at) }))
    await write(`sys/class/net/veth${at}/${name}`, `${text}\n`);
}
