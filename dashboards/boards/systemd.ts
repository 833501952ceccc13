import { systemd as metrics } from '../../model/metrics/systemd.ts';
import type { Board } from '../dashboard.ts';
import { graph, RIGHT_AT_ONE, stat, table, WRONG_FROM_ONE } from '../panels.ts';
import { age, calc, count, highest, increase, max, min, select, sum, untilThen } from '../query.ts';

export const systemd: Board = {
  uid: 'signalbox-systemd',
  title: 'systemd',
  description: 'Units and timers: what is failed, what crashes and is started again, what is overdue.',
  scope: { metric: metrics.units, instance: 'Machine' },
  well: [
    stat({
      title: 'Units failed',
      description: 'How many units are failed now. A rise means that a service stopped and nothing started it again.',
      unit: 'none',
      of: sum(select(metrics.units, { state: 'failed' })),
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'Failures in this time',
      description:
        'How often any unit failed in the time shown, also where it was started again at once. A rise with none failed now is a crash loop.',
      unit: 'none',
      decimals: 0,
      of: sum(increase(select(metrics.failures), '$__range')),
      colours: ['green', [1, 'orange'], [10, 'red']],
    }),
    stat({
      title: 'Timers overdue',
      description: 'How many timers should have started their unit and have not. A rise means that a job does not run.',
      unit: 'none',
      of: sum(select(metrics.timerOverdue)),
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'systemd itself',
      description:
        'Whether the whole system is operational. A fall to no means that a unit failed, or it starts or stops.',
      unit: 'bool_yes_no',
      of: min(select(metrics.nodeRunning)),
      colours: RIGHT_AT_ONE,
    }),
    stat({
      title: 'Units active',
      description:
        'How many units are active. A fall means that something was stopped, a rise that something was added.',
      unit: 'none',
      of: sum(select(metrics.units, { state: 'active' })),
    }),
    stat({
      title: 'Jobs waiting',
      description:
        'How many jobs systemd has under way or waiting. A number that stays up is a unit that does not come up.',
      unit: 'none',
      of: sum(select(metrics.jobsQueued)),
      colours: ['green', [20, 'orange']],
    }),
    stat({
      title: 'Hears of each change',
      description:
        'Whether the box is connected to the bus and hears at once. A fall means that it asks now and then instead, and short failures may be missed.',
      unit: 'bool_yes_no',
      of: min(select(metrics.connected)),
      colours: RIGHT_AT_ONE,
    }),
    stat({
      title: 'Next timer',
      description: 'How long until the next timer is due. It falls to 0 and begins anew.',
      unit: 's',
      of: min(calc(untilThen(select(metrics.timerNextElapse)), '>', 0)),
    }),
  ],
  golden: [
    [
      table({
        title: 'Failed now',
        description:
          'Each failed unit and how it ended. A row more is one more service that does not run; an empty table is good news.',
        unit: 'none',
        columns: [{ of: select(metrics.unitFailed) }],
        labels: { instance: 'Machine', scope: 'Of', name: 'Unit', result: 'Ended by' },
      }),
      graph({
        title: 'Failures',
        description: 'How often units failed. A lasting rise of one is a crash loop.',
        unit: 'none',
        bars: true,
        lines: [{ of: sum(increase(select(metrics.unitFailures), '$__rate_interval'), ['name']), legend: '{{name}}' }],
        min: 0,
      }),
    ],
    [
      graph({
        title: 'Units by state',
        description:
          'How many units are in each state. A rise of failed is trouble, of activating a unit that does not come up.',
        unit: 'none',
        lines: [
          {
            of: sum(select(metrics.units, { state: ['!=', 'inactive'] }), ['scope', 'state']),
            legend: '{{scope}} {{state}}',
          },
        ],
        min: 0,
      }),
      graph({
        title: 'Started again by itself',
        description:
          'How often systemd started services again. A rise means that one keeps dying, though it seems to run.',
        unit: 'none',
        bars: true,
        lines: [
          {
            of: highest(5, calc(increase(select(metrics.nodeRestarts), '$__rate_interval'), '>', 0)),
            legend: '{{name}}',
          },
        ],
        min: 0,
      }),
    ],
  ],
  questions: [
    {
      title: 'Which timer does not run?',
      lines: [
        [
          table({
            title: 'Timers',
            description:
              'Since when each timer last ran, and whether it is overdue. What rises past its rhythm does not run.',
            unit: 'none',
            columns: [
              {
                of: max(select(metrics.timerOverdue), ['name']),
                title: 'Overdue',
                words: { 0: ['no', 'green'], 1: ['yes', 'red'] },
              },
              { of: min(age(select(metrics.timerLastTrigger)), ['name']), title: 'Ran before', unit: 'dtdurations' },
              { of: min(untilThen(select(metrics.timerNextElapse)), ['name']), title: 'Runs in', unit: 'dtdurations' },
            ],
            labels: { name: 'Timer' },
            highestFirst: 'Overdue',
          }),
        ],
      ],
    },
    {
      title: 'What crashes and comes back?',
      lines: [
        [
          table({
            title: 'Failed in this time',
            description:
              'How often each unit failed in the time shown, and how. The highest deserves a look into its journal.',
            unit: 'none',
            columns: [
              {
                of: calc(sum(increase(select(metrics.unitFailures), '$__range'), ['name', 'result']), '>', 0),
                title: 'Times',
                unit: 'none',
              },
            ],
            labels: { name: 'Unit', result: 'Ended by' },
            highestFirst: 'Times',
          }),
          graph({
            title: 'Flapping',
            description: 'How many units failed three times or more within ten minutes. Any rise is a crash loop.',
            unit: 'none',
            lines: [{ of: count(select(metrics.unitFlapping), ['name']), legend: '{{name}}' }],
            min: 0,
          }),
        ],
      ],
    },
    {
      title: 'Is what is expected there, and as its file says?',
      lines: [
        [
          graph({
            title: 'Expected units that are up',
            description: 'Whether each expected unit is there and active. A fall to 0 means that it is not.',
            unit: 'none',
            lines: [{ of: select(metrics.unitExpectedUp), legend: '{{name}}' }],
            min: 0,
            max: 1,
          }),
          table({
            title: 'Files that cannot be loaded, or were altered since',
            description:
              'Units whose file is broken or newer than what systemd read. A row more waits for a correction, or for daemon-reload.',
            unit: 'none',
            columns: [
              { of: max(select(metrics.unitLoadError), ['name']), title: 'Broken', unit: 'bool_yes_no' },
              {
                of: calc(max(select(metrics.unitNeedsReload), ['name']), '==', 1),
                title: 'Altered',
                unit: 'bool_yes_no',
              },
            ],
            labels: { name: 'Unit' },
          }),
        ],
      ],
    },
    {
      title: 'Are sockets busy?',
      lines: [
        [
          graph({
            title: 'Connections now',
            description:
              'How many connections systemd holds open for sockets that accept. A rise is more guests at once.',
            unit: 'none',
            lines: [{ of: select(metrics.nodeSocketCurrent), legend: '{{name}}' }],
            min: 0,
          }),
          graph({
            title: 'How jobs end',
            description:
              'How jobs of systemd ended. A rise of anything but done means units that could not be started or stopped.',
            unit: 'none',
            bars: true,
            lines: [
              { of: sum(increase(select(metrics.jobResults), '$__rate_interval'), ['result']), legend: '{{result}}' },
            ],
            min: 0,
          }),
        ],
      ],
    },
  ],
};
