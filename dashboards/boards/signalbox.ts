import { exporter } from '../../model/metrics/exporter.ts';
import { process, self } from '../../model/metrics/self.ts';
import { storage } from '../../model/metrics/storage.ts';
import type { Board } from '../dashboard.ts';
import { graph, RIGHT_AT_ONE, stat, table, WRONG_FROM_ONE } from '../panels.ts';
import { age, calc, increase, max, min, observations, overTime, quantile, rate, select, sum } from '../query.ts';

export const signalbox: Board = {
  uid: 'signalbox-self',
  title: 'Signalbox itself',
  description: 'Whether the box that watches is well: its checks, its spool, its exporters, its memory.',
  scope: { metric: self.build, instance: 'Box' },
  from: 'now-6h',
  well: [
    stat({
      title: 'Storage takes samples',
      description: 'Whether VictoriaMetrics takes what is measured. After a fall to no, samples wait on disk.',
      unit: 'bool_yes_no',
      of: min(select(storage.up)),
      colours: RIGHT_AT_ONE,
    }),
    stat({
      title: 'Waiting on disk',
      description:
        'How much of the spool is not confirmed yet. A lasting rise means that VictoriaMetrics is away or too slow.',
      unit: 'bytes',
      of: sum(select(storage.unsentBytes)),
      course: true,
    }),
    stat({
      title: 'Samples lost',
      description: 'How many samples were taken and given up in the time shown. Any is one too many.',
      unit: 'none',
      decimals: 0,
      of: sum(increase(select(storage.dropped), '$__range')),
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'Config taken up',
      description:
        'Whether the config was valid when last read and taken up by every part. A fall to no: the box goes on with the old one.',
      unit: 'bool_yes_no',
      of: min(select(self.reloadOk)),
      colours: RIGHT_AT_ONE,
    }),
    stat({
      title: 'Exporters that cannot see',
      description: 'How many exporters could not see what they are to see. A rise means holes in graphs.',
      unit: 'none',
      of: sum(calc(select(exporter.up), '== bool', 0)),
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'Checks late by',
      description:
        'The time after they were due within which 99 of 100 checks begin. A rise means more to do than the machine can.',
      unit: 's',
      of: quantile(0.99, self.late),
      colours: ['green', [1, 'orange'], [10, 'red']],
    }),
    stat({
      title: 'Memory',
      description: 'The resident memory of the box. It levels off within an hour; a rise for days would be a leak.',
      unit: 'bytes',
      of: max(select(process.resident)),
      course: true,
    }),
    stat({
      title: 'Started',
      description: 'How long ago the box was started. A fall that nobody asked for is a crash.',
      unit: 'dtdurations',
      of: min(age(select(process.start))),
    }),
  ],
  golden: [
    [
      graph({
        title: 'Checks',
        description:
          'Checks a second, by what they found. A rise of down is an outage, of unknown a box that cannot look.',
        unit: 'ops',
        stacked: true,
        lines: [{ of: sum(rate(select(self.checks)), ['verdict']), legend: '{{verdict}}' }],
        min: 0,
      }),
      graph({
        title: 'How late checks begin',
        description:
          'How long after they were due half of the checks begin, and 99 of 100. A rise blurs what is measured.',
        unit: 's',
        lines: [
          { of: quantile(0.5, self.late), legend: 'half' },
          { of: quantile(0.99, self.late), legend: '99 of 100' },
        ],
        min: 0,
      }),
    ],
    [
      graph({
        title: 'Samples',
        description:
          'Samples that are durable in the spool, and those that VictoriaMetrics confirmed. Where the second falls behind, the spool grows.',
        unit: 'ops',
        lines: [
          { of: sum(rate(select(storage.taken))), legend: 'taken' },
          { of: sum(rate(select(storage.sent)), ['lane']), legend: 'confirmed, {{lane}}' },
        ],
        min: 0,
      }),
      graph({
        title: 'Memory',
        description: 'Resident memory, and how much of the heap is in use. A rise for days would be a leak.',
        unit: 'bytes',
        lines: [
          { of: select(process.resident), legend: 'resident' },
          { of: select(process.heap), legend: 'heap' },
        ],
        min: 0,
      }),
    ],
  ],
  questions: [
    {
      title: 'Does the spool fill?',
      lines: [
        [
          graph({
            title: 'Spool',
            description:
              'The spool on disk, and what of it is not confirmed. What is confirmed stays for a minute; a rise of the other waits for VictoriaMetrics.',
            unit: 'bytes',
            lines: [
              { of: select(storage.bytes), legend: 'on disk' },
              { of: select(storage.unsentBytes), legend: 'not confirmed' },
            ],
            min: 0,
          }),
          graph({
            title: 'How full it is',
            description:
              'How near the spool is to its bound. From 90 % on pushes are refused, at 100 % the oldest samples go.',
            unit: 'percentunit',
            lines: [{ of: select(storage.fullness), legend: '{{instance}}' }],
            min: 0,
            max: 1,
          }),
        ],
        [
          graph({
            title: 'Age of what is confirmed',
            description:
              'How old the newest samples were when confirmed, and how long the oldest wait. A rise is how far these graphs lag behind.',
            unit: 's',
            lines: [
              { of: select(storage.liveAge), legend: 'newest' },
              { of: select(storage.oldest), legend: 'oldest that waits' },
            ],
            min: 0,
          }),
          graph({
            title: 'Refused and lost',
            description: 'Samples that were turned away, and that were given up. A rise has its reason in the legend.',
            unit: 'none',
            bars: true,
            lines: [
              {
                of: sum(increase(select(storage.refused), '$__rate_interval'), ['reason']),
                legend: 'refused, {{reason}}',
              },
              {
                of: sum(increase(select(storage.dropped), '$__rate_interval'), ['reason']),
                legend: 'lost, {{reason}}',
              },
            ],
            min: 0,
          }),
        ],
      ],
    },
    {
      title: 'Which exporter is slow, or blind?',
      lines: [
        [
          graph({
            title: 'How long collecting takes',
            description: 'How long each exporter last took. A rise means that what it asks answers slowly.',
            unit: 's',
            lines: [{ of: max(select(exporter.duration), ['exporter']), legend: '{{exporter}}' }],
            min: 0,
          }),
          table({
            title: 'Exporters',
            description:
              'Each exporter: whether it sees, how many samples it gave, how long ago it last could. A rise of the last means blindness.',
            unit: 'none',
            columns: [
              {
                of: min(select(exporter.up), ['exporter']),
                title: 'Sees',
                words: { 0: ['no', 'red'], 1: ['yes', 'green'] },
              },
              { of: max(select(exporter.samples), ['exporter']), title: 'Samples', unit: 'none' },
              { of: max(age(select(exporter.lastSuccess)), ['exporter']), title: 'Saw before', unit: 's' },
            ],
            labels: { exporter: 'Exporter' },
          }),
        ],
      ],
    },
    {
      title: 'Is the process itself held up?',
      lines: [
        [
          graph({
            title: 'Delay of the loop',
            description: 'How late the turns of the event loop were. A rise blurs timings, and holds up answers.',
            unit: 's',
            lines: [{ of: select(self.loopDelay), legend: '{{percentile}}' }],
            min: 0,
          }),
          graph({
            title: 'Processor',
            description:
              'The share of one processor that the box uses. A rise follows the number of checks and series.',
            unit: 'percentunit',
            lines: [{ of: rate(select(process.cpu)), legend: '{{instance}}' }],
            min: 0,
          }),
        ],
        [
          graph({
            title: 'Checks begun',
            description:
              'How many checks are begun a second, and how many were held up. A rise of the second means blurred timings.',
            unit: 'ops',
            lines: [
              { of: sum(observations(self.late)), legend: 'begun' },
              { of: sum(rate(select(self.heldUp))), legend: 'held up' },
            ],
            min: 0,
          }),
          graph({
            title: 'Open files',
            description: 'How many file descriptors are open. A rise for days would be a leak.',
            unit: 'none',
            lines: [{ of: select(process.openFds), legend: '{{instance}}' }],
            min: 0,
          }),
        ],
      ],
    },
    {
      title: 'Which version, and what does it watch?',
      lines: [
        [
          table({
            title: 'Version',
            description: 'Which version of Signalbox and of Node runs. A row that changes is an upgrade.',
            unit: 'none',
            columns: [{ of: select(self.build) }],
            labels: { instance: 'Box', version: 'Signalbox', node: 'Node' },
          }),
          graph({
            title: 'Monitors',
            description: 'How many monitors there are of each kind. A rise means that somebody added some.',
            unit: 'none',
            lines: [{ of: sum(select(self.monitors), ['kind']), legend: '{{kind}}' }],
            min: 0,
          }),
        ],
        [
          graph({
            title: 'Written to disk',
            description:
              'Group commits of the spool a second, each one a write that is waited for. A rise follows how many sources push.',
            unit: 'ops',
            lines: [{ of: rate(select(storage.commits)), legend: '{{instance}}' }],
            min: 0,
          }),
          graph({
            title: 'Storage up',
            description:
              'The share of time in which VictoriaMetrics took samples. A fall is when it was away; nothing is lost by it.',
            unit: 'percentunit',
            lines: [{ of: overTime('avg_over_time', select(storage.up), '$__interval'), legend: '{{instance}}' }],
            min: 0,
            max: 1,
          }),
        ],
      ],
    },
  ],
  marks: [
    { title: 'Started', colour: 'purple', at: select(process.start), text: '{{instance}}' },
    { title: 'Config read', colour: 'blue', at: select(self.reloadAt), text: '{{instance}}' },
  ],
};
