import { changes } from '../../model/metrics/changes.ts';
import { connection } from '../../model/metrics/connection.ts';
import { dockerFirewall } from '../../model/metrics/docker-firewall.ts';
import { exporter } from '../../model/metrics/exporter.ts';
import { mounts } from '../../model/metrics/mounts.ts';
import { node, nodePressure } from '../../model/metrics/node.ts';
import { nodeCpu } from '../../model/metrics/node-cpu.ts';
import { nodeMemory } from '../../model/metrics/node-memory.ts';
import { probe } from '../../model/metrics/probe.ts';
import { self } from '../../model/metrics/self.ts';
import { storage } from '../../model/metrics/storage.ts';
import { systemd } from '../../model/metrics/systemd.ts';
import type { Board } from '../dashboard.ts';
import { graph, RIGHT_AT_ONE, stat, table, timeline, WRONG_FROM_ONE } from '../panels.ts';
import { age, avg, calc, checked, increase, max, min, overTime, rate, select, sum, untilThen } from '../query.ts';
import { STANDING_WORDS, standingOf } from '../standing.ts';

const used = calc(1, '-', calc(select(mounts.avail), '/', select(mounts.size)));

export const overview: Board = {
  uid: 'signalbox-overview',
  title: 'Overview',
  description: 'One look at everything: what is down, which machine is short of something, and what was altered.',
  scope: { instance: 'Machine or monitor' },
  well: [
    stat({
      title: 'Monitors down',
      description: 'How many monitors are down, confirmed. Each one more is an outage that people may notice.',
      unit: 'none',
      of: sum(select(self.standing, { standing: 'down' })),
      colours: WRONG_FROM_ONE,
      more: 'signalbox-monitors',
    }),
    stat({
      title: 'Not known',
      description:
        'How many monitors nobody can say anything of. A rise means that the box is blind, not that they are down.',
      unit: 'none',
      of: sum(select(self.standing, { standing: 'unknown' })),
      colours: ['green', [1, 'purple']],
      more: 'signalbox-monitors',
    }),
    stat({
      title: 'Units failed',
      description:
        'How many systemd units are failed now. A rise means that a service stopped and nothing started it again.',
      unit: 'none',
      of: sum(select(systemd.units, { state: 'failed' })),
      colours: WRONG_FROM_ONE,
      more: 'signalbox-systemd',
    }),
    stat({
      title: 'Fullest disk',
      description: 'How much of the fullest file system is used. At 100 % whatever writes there fails.',
      unit: 'percentunit',
      of: max(used),
      colours: ['green', [0.8, 'orange'], [0.95, 'red']],
      more: 'signalbox-host',
    }),
    stat({
      title: 'Firewall findings',
      description:
        "How many things are wrong with the firewall of Docker's published ports. A rise means that a port was cut off, or opened.",
      unit: 'none',
      of: sum(select(dockerFirewall.violations)),
      colours: WRONG_FROM_ONE,
      more: 'signalbox-docker-firewall',
    }),
    stat({
      title: 'First certificate ends in',
      description:
        'How long the certificate that ends first is still valid. It falls day by day, and rises when one is renewed.',
      unit: 's',
      of: min(untilThen(select(connection.earliestCertExpiry))),
      colours: ['red', [7 * 86_400, 'orange'], [21 * 86_400, 'green']],
      more: 'signalbox-monitors',
    }),
    stat({
      title: 'Last change',
      description:
        'How long ago something was altered: a package, a container, the kernel, a unit. A small number stands beside many an outage.',
      unit: 's',
      of: min(age(select(changes.last))),
      more: 'signalbox-changes',
    }),
    stat({
      title: 'Storage takes samples',
      description:
        'Whether VictoriaMetrics takes what is measured. While it does not, samples wait on disk, and these graphs end.',
      unit: 'bool_yes_no',
      of: min(select(storage.up)),
      colours: RIGHT_AT_ONE,
      more: 'signalbox-self',
    }),
  ],
  golden: [
    [
      timeline({
        title: 'Where each monitor stood',
        description: 'The standing of each monitor. A step up is degraded, down, or unknown.',
        unit: 'none',
        lines: [{ of: standingOf(['instance']), legend: '{{instance}}' }],
        words: STANDING_WORDS,
      }),
      graph({
        title: 'How long checks take',
        description:
          'The mean duration of the checks of each monitor. A rise means that what is watched, or the way to it, became slow.',
        unit: 's',
        lines: [{ of: avg(select(checked(probe.duration)), ['instance']), legend: '{{instance}}' }],
        min: 0,
      }),
    ],
    [
      graph({
        title: 'Processors busy',
        description: 'The share of all processors that is not idle. Near 100 % work waits for its turn.',
        unit: 'percentunit',
        lines: [
          {
            of: calc(1, '-', avg(rate(select(nodeCpu.seconds, { mode: 'idle' })), ['instance'])),
            legend: '{{instance}}',
          },
        ],
        min: 0,
        max: 1,
      }),
      graph({
        title: 'Memory used',
        description:
          'The share of memory that cannot be had without swapping. Near 100 % the kernel begins to kill processes.',
        unit: 'percentunit',
        lines: [
          {
            of: calc(1, '-', calc(select(nodeMemory.MemAvailable_bytes), '/', select(nodeMemory.MemTotal_bytes))),
            legend: '{{instance}}',
          },
        ],
        min: 0,
        max: 1,
      }),
    ],
  ],
  questions: [
    {
      title: 'What is wrong at this moment?',
      lines: [
        [
          table({
            title: 'Monitors that are not up',
            description:
              'Each monitor that is down, degraded or unknown. A row more is one more in trouble; an empty table is good news.',
            unit: 'none',
            columns: [
              {
                of: calc(select(self.standing, { standing: ['!=', 'up'] }), '==', 1),
              },
            ],
            labels: { instance: 'Monitor', standing: 'Is' },
          }),
          table({
            title: 'Units that are failed',
            description:
              'Each failed unit of systemd and how it ended. A row more is one more service that does not run.',
            unit: 'none',
            columns: [{ of: select(systemd.unitFailed) }],
            labels: { instance: 'Machine', name: 'Unit', result: 'Ended by' },
          }),
        ],
      ],
    },
    {
      title: 'Is a machine short of something?',
      lines: [
        [
          graph({
            title: 'Work that waits',
            description:
              'The share of time in which something waited for the processor, the disk or memory. A rise is felt as slowness.',
            unit: 'percentunit',
            lines: [
              { of: rate(select(nodePressure.cpuWaiting)), legend: '{{instance}} processor' },
              { of: rate(select(nodePressure.ioWaiting)), legend: '{{instance}} disk' },
              { of: rate(select(nodePressure.memoryWaiting)), legend: '{{instance}} memory' },
            ],
            min: 0,
          }),
          graph({
            title: 'Disks',
            description: 'How much of each file system is used. A steady rise reaches 100 %, and then writing fails.',
            unit: 'percentunit',
            lines: [{ of: max(used, ['instance', 'mountpoint']), legend: '{{instance}} {{mountpoint}}' }],
            min: 0,
            max: 1,
          }),
        ],
      ],
    },
    {
      title: 'What was altered, and who no longer looks?',
      lines: [
        [
          graph({
            title: 'Changes',
            description: 'Changes of each kind. A rise just before an outage is worth a look.',
            unit: 'none',
            bars: true,
            lines: [{ of: sum(increase(select(changes.total), '$__rate_interval'), ['kind']), legend: '{{kind}}' }],
          }),
          graph({
            title: 'Exporters that see',
            description:
              'The share of time in which each exporter saw what it is to see. A fall means that its graphs have holes.',
            unit: 'percentunit',
            lines: [{ of: overTime('avg_over_time', select(exporter.up), '$__interval'), legend: '{{exporter}}' }],
            min: 0,
            max: 1,
          }),
        ],
      ],
    },
  ],
  marks: [
    { title: 'Altered', colour: 'blue', at: select(changes.last), text: '{{kind}}' },
    { title: 'Booted', colour: 'purple', at: select(node.bootTime), text: '{{instance}}' },
  ],
};
