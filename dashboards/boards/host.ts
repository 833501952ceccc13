import { mounts } from '../../model/metrics/mounts.ts';
import { node, nodePressure, nodeVmstat } from '../../model/metrics/node.ts';
import { nodeCpu } from '../../model/metrics/node-cpu.ts';
import { nodeDiskStatistics } from '../../model/metrics/node-disk.ts';
import { type nodeHwmon, nodeSensors } from '../../model/metrics/node-hwmon.ts';
import { nodeIdentity } from '../../model/metrics/node-identity.ts';
import { nodeMemory } from '../../model/metrics/node-memory.ts';
import { nodeNetstat } from '../../model/metrics/node-netstat.ts';
import { nodeNetwork, nodeNetworkStatistics } from '../../model/metrics/node-network.ts';
import type { Board } from '../dashboard.ts';
import { graph, stat, table, WRONG_FROM_ONE } from '../panels.ts';
import { age, avg, calc, count, increase, max, min, predict, rate, select, sum } from '../query.ts';

const DAY = 86_400;
const used = calc(1, '-', calc(select(mounts.avail), '/', select(mounts.size)));
const memoryUsed = calc(1, '-', calc(select(nodeMemory.MemAvailable_bytes), '/', select(nodeMemory.MemTotal_bytes)));
const busy = calc(1, '-', avg(rate(select(nodeCpu.seconds, { mode: 'idle' })), ['instance']));
const real = { device: ['!~', 'lo|veth.*|br-.*|docker.*'] } as const;
const disk = { device: ['!~', 'loop.*|ram.*|zram.*'] } as const;

export const host: Board = {
  uid: 'signalbox-host',
  title: 'Host',
  description: 'A machine: processors, memory, disks, network, heat, and what waits for which of them.',
  scope: { metric: node.bootTime, instance: 'Machine' },
  well: [
    stat({
      title: 'Processors busy',
      description: 'The share of all processors that is not idle. Near 100 % work waits for its turn.',
      unit: 'percentunit',
      of: max(busy),
      course: true,
      colours: ['green', [0.8, 'orange'], [0.95, 'red']],
    }),
    stat({
      title: 'Memory used',
      description:
        'The share of memory that cannot be had without swapping. Near 100 % the kernel begins to kill processes.',
      unit: 'percentunit',
      of: max(memoryUsed),
      course: true,
      colours: ['green', [0.85, 'orange'], [0.95, 'red']],
    }),
    stat({
      title: 'Fullest disk',
      description: 'How much of the fullest file system is used. At 100 % whatever writes there fails.',
      unit: 'percentunit',
      of: max(used),
      colours: ['green', [0.8, 'orange'], [0.95, 'red']],
    }),
    stat({
      title: 'Mounts not well',
      description:
        'How many watched mounts do not answer, or are not as they should be. A rise means that programs hang there.',
      unit: 'none',
      of: sum(calc(select(mounts.healthy), '== bool', 0)),
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'Load for each processor',
      description: 'The load of five minutes, for each processor. Above 1 there is more to do than can be done.',
      unit: 'none',
      decimals: 2,
      of: max(
        calc(
          max(select(node.load5), ['instance']),
          '/',
          count(rate(select(nodeCpu.seconds, { mode: 'idle' })), ['instance']),
        ),
      ),
      colours: ['green', [1, 'orange'], [2, 'red']],
    }),
    stat({
      title: 'Killed for memory',
      description: 'How many processes the kernel killed for want of memory in the time shown. Any is one too many.',
      unit: 'none',
      decimals: 0,
      of: sum(increase(select(nodeVmstat.oom_kill), '$__range')),
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'Hottest sensor',
      description: 'The highest temperature of any sensor. A rise means more work, or a fan that stopped.',
      unit: 'celsius',
      of: max(select(celsius())),
      colours: ['green', [75, 'orange'], [90, 'red']],
    }),
    stat({
      title: 'Booted',
      description: 'How long ago the machine was booted. A fall to nothing is a restart, asked for or not.',
      unit: 'dtdurations',
      of: min(age(select(node.bootTime))),
    }),
  ],
  golden: [
    [
      graph({
        title: 'Where the processors spend their time',
        description:
          'The share of time in each mode. A rise of iowait is a slow disk, of steal a neighbour on the same machine.',
        unit: 'percentunit',
        stacked: true,
        lines: [{ of: avg(rate(select(nodeCpu.seconds, { mode: ['!=', 'idle'] })), ['mode']), legend: '{{mode}}' }],
        min: 0,
      }),
      graph({
        title: 'Memory',
        description: 'What memory is used for. Used rises until swapping begins; cache shrinks by itself when it must.',
        unit: 'bytes',
        lines: [
          {
            of: calc(select(nodeMemory.MemTotal_bytes), '-', select(nodeMemory.MemAvailable_bytes)),
            legend: '{{instance}} used',
          },
          { of: select(nodeMemory.Cached_bytes), legend: '{{instance}} cache' },
          { of: select(nodeMemory.MemTotal_bytes), legend: '{{instance}} all' },
          {
            of: calc(select(nodeMemory.SwapTotal_bytes), '-', select(nodeMemory.SwapFree_bytes)),
            legend: '{{instance}} swapped',
          },
        ],
        min: 0,
      }),
    ],
    [
      graph({
        title: 'Disks',
        description: 'How much of each file system is used. A steady rise reaches 100 %, and then writing fails.',
        unit: 'percentunit',
        lines: [{ of: max(used, ['instance', 'mountpoint']), legend: '{{instance}} {{mountpoint}}' }],
        min: 0,
        max: 1,
      }),
      graph({
        title: 'Network',
        description:
          'What each device receives and sends. A rise to the speed of the line makes everything else on it slow.',
        unit: 'Bps',
        lines: [
          { of: rate(select(nodeNetworkStatistics.receive_bytes, real)), legend: '{{device}} in' },
          { of: rate(select(nodeNetworkStatistics.transmit_bytes, real)), legend: '{{device}} out' },
        ],
        min: 0,
      }),
    ],
  ],
  questions: [
    {
      title: 'Which disk fills, and when?',
      lines: [
        [
          graph({
            title: 'Free in four days, if it goes on so',
            description:
              'What will be free four days from now, by the course of the last six hours. What falls below 0 will be full by then.',
            unit: 'bytes',
            lines: [{ of: predict(select(mounts.avail), '6h', 4 * DAY), legend: '{{mountpoint}}' }],
          }),
          graph({
            title: 'Inodes used',
            description:
              'The share of places for files that is used. At 100 % no file can be made, however much space there is.',
            unit: 'percentunit',
            lines: [
              {
                of: calc(1, '-', calc(select(mounts.filesFree), '/', calc(select(mounts.files), '>', 0))),
                legend: '{{mountpoint}}',
              },
            ],
            min: 0,
            max: 1,
          }),
        ],
        [
          table({
            title: 'Mounts that are not well',
            description:
              'Each mount that does not answer or is not as it should be, and why. A row more is one more place where programs hang.',
            unit: 'none',
            columns: [{ of: select(mounts.unhealthy) }],
            labels: { instance: 'Machine', mountpoint: 'Mount', reason: 'Why' },
          }),
          graph({
            title: 'How long a mount takes to answer',
            description:
              'How long each file system took to answer. A rise to many seconds is a server that is gone, or a dying disk.',
            unit: 's',
            lines: [{ of: select(mounts.seconds), legend: '{{mountpoint}}' }],
            min: 0,
          }),
        ],
      ],
    },
    {
      title: 'What does work wait for?',
      lines: [
        [
          graph({
            title: 'Something waits',
            description:
              'The share of time in which some process waited for the processor, the disk or memory. A rise is felt as slowness.',
            unit: 'percentunit',
            lines: [
              { of: rate(select(nodePressure.cpuWaiting)), legend: '{{instance}} processor' },
              { of: rate(select(nodePressure.ioWaiting)), legend: '{{instance}} disk' },
              { of: rate(select(nodePressure.memoryWaiting)), legend: '{{instance}} memory' },
            ],
            min: 0,
          }),
          graph({
            title: 'Everything waits',
            description:
              'The share of time in which no process got on, for want of disk or memory. Any lasting rise is trouble.',
            unit: 'percentunit',
            lines: [
              { of: rate(select(nodePressure.ioStalled)), legend: '{{instance}} disk' },
              { of: rate(select(nodePressure.memoryStalled)), legend: '{{instance}} memory' },
            ],
            min: 0,
          }),
        ],
        [
          graph({
            title: 'Load',
            description: 'How many processes run or wait. Above the number of processors, they wait for each other.',
            unit: 'none',
            lines: [
              { of: select(node.load1), legend: '{{instance}} 1 min' },
              { of: select(node.load15), legend: '{{instance}} 15 min' },
            ],
            min: 0,
          }),
          graph({
            title: 'Swapping',
            description:
              'Pages brought in from and put out to disk. A lasting rise means that memory is too small for what runs.',
            unit: 'ops',
            lines: [
              { of: rate(select(nodeVmstat.pswpin)), legend: '{{instance}} in' },
              { of: rate(select(nodeVmstat.pswpout)), legend: '{{instance}} out' },
            ],
            min: 0,
          }),
        ],
      ],
    },
    {
      title: 'Is a disk slow?',
      lines: [
        [
          graph({
            title: 'Disk busy',
            description: 'The share of time in which a disk had something to do. Near 100 % others wait for it.',
            unit: 'percentunit',
            lines: [{ of: rate(select(nodeDiskStatistics.ioTime, disk)), legend: '{{device}}' }],
            min: 0,
          }),
          graph({
            title: 'How long one write takes',
            description: 'The mean time of a write. A rise without more writes is a disk that is ill.',
            unit: 's',
            lines: [
              {
                of: calc(
                  rate(select(nodeDiskStatistics.writeTime, disk)),
                  '/',
                  calc(rate(select(nodeDiskStatistics.writesCompleted, disk)), '>', 0),
                ),
                legend: '{{device}}',
              },
            ],
            min: 0,
          }),
        ],
        [
          graph({
            title: 'Read and written',
            description: 'What is read from and written to each disk. A rise that nobody asked for is worth a look.',
            unit: 'Bps',
            lines: [
              { of: rate(select(nodeDiskStatistics.readBytes, disk)), legend: '{{device}} read' },
              { of: rate(select(nodeDiskStatistics.writtenBytes, disk)), legend: '{{device}} written' },
            ],
            min: 0,
          }),
        ],
      ],
    },
    {
      title: 'Is the network well?',
      lines: [
        [
          graph({
            title: 'Errors and drops',
            description:
              'Packets that were received or sent wrongly, or dropped. A rise is a bad cable, a full queue, or a driver.',
            unit: 'pps',
            lines: [
              { of: rate(select(nodeNetworkStatistics.receive_errs, real)), legend: '{{device}} errors in' },
              { of: rate(select(nodeNetworkStatistics.transmit_errs, real)), legend: '{{device}} errors out' },
              { of: rate(select(nodeNetworkStatistics.receive_drop, real)), legend: '{{device}} dropped in' },
            ],
            min: 0,
          }),
          graph({
            title: 'TCP sent again',
            description: 'Segments of TCP that were sent again. A rise means that packets are lost on the way.',
            unit: 'pps',
            lines: [{ of: rate(select(nodeNetstat.Tcp_RetransSegs)), legend: '{{instance}}' }],
            min: 0,
          }),
        ],
        [
          graph({
            title: 'Connections tracked',
            description:
              'How full the table of tracked connections is. At 100 % new connections are dropped without a word.',
            unit: 'percentunit',
            lines: [
              {
                of: calc(select(nodeNetwork.conntrackEntries), '/', select(nodeNetwork.conntrackLimit)),
                legend: '{{instance}}',
              },
            ],
            min: 0,
            max: 1,
          }),
        ],
      ],
    },
    {
      title: 'How hot is it, and what is this machine?',
      lines: [
        [
          graph({
            title: 'Temperatures',
            description: 'The temperature of each sensor. A rise without more work is dust, or a fan that stopped.',
            unit: 'celsius',
            lines: [{ of: select(celsius()), legend: '{{chip}} {{sensor}}' }],
          }),
          table({
            title: 'Systems',
            description: 'What runs on each machine, and its kernel. A row that changes is an upgrade that took hold.',
            unit: 'none',
            columns: [{ of: select(node.uname) }, { of: select(nodeIdentity.os) }],
            labels: { instance: 'Machine', pretty_name: 'System', release: 'Kernel', machine: 'Processor' },
          }),
        ],
      ],
    },
  ],
  marks: [{ title: 'Booted', colour: 'purple', at: select(node.bootTime), text: '{{instance}}' }],
};

function celsius() {
  return nodeSensors.node_hwmon_temp_celsius as typeof nodeHwmon.frequency;
}
