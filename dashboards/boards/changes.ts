import { changes as metrics } from '../../model/metrics/changes.ts';
import { self } from '../../model/metrics/self.ts';
import type { Board } from '../dashboard.ts';
import { graph, RIGHT_AT_ONE, stat, table, timeline, WRONG_FROM_ONE } from '../panels.ts';
import { age, calc, increase, max, min, overTime, select, sum } from '../query.ts';
import { STANDING_WORDS, standingOf } from '../standing.ts';

const began = (to: string) => sum(increase(select(self.transitions, { to }), '$__range'));

export const changes: Board = {
  uid: 'signalbox-changes',
  title: 'Changes and incidents',
  description: 'What was altered, and what went down: on one time axis, because the first is often why of the second.',
  scope: { instance: 'Machine or monitor' },
  from: 'now-7d',
  well: [
    stat({
      title: 'Down now',
      description: 'How many monitors are down. Each one more is an incident that lasts.',
      unit: 'none',
      of: sum(select(self.standing, { standing: 'down' })),
      colours: WRONG_FROM_ONE,
      more: 'signalbox-monitors',
    }),
    stat({
      title: 'Went down',
      description: 'How often a monitor went down in the time shown. A rise means more incidents, or one that flaps.',
      unit: 'none',
      decimals: 0,
      of: began('down'),
      colours: ['green', [1, 'orange'], [10, 'red']],
    }),
    stat({
      title: 'Became degraded',
      description: 'How often a monitor became degraded in the time shown. A rise is often the beginning of an outage.',
      unit: 'none',
      decimals: 0,
      of: began('degraded'),
      colours: ['green', [1, 'orange']],
    }),
    stat({
      title: 'Changes',
      description: 'How many changes were seen in the time shown. A rise is an upgrade, or somebody at work.',
      unit: 'none',
      decimals: 0,
      of: sum(increase(select(metrics.total), '$__range')),
    }),
    stat({
      title: 'Last change',
      description: 'How long ago something was altered. A small number stands beside many an outage.',
      unit: 's',
      of: min(age(select(metrics.last))),
    }),
    stat({
      title: 'Every source seen',
      description:
        'Whether each source of changes could be seen. A fall to no means that changes of its kind are found later, or not.',
      unit: 'bool_yes_no',
      of: min(select(metrics.sourceUp)),
      colours: RIGHT_AT_ONE,
    }),
  ],
  golden: [
    [
      timeline({
        title: 'Where each monitor stood',
        description: 'The standing of each monitor. A step up just after a mark of a change is worth a look.',
        unit: 'none',
        lines: [{ of: standingOf(['instance']), legend: '{{instance}}' }],
        words: STANDING_WORDS,
      }),
      graph({
        title: 'Changes',
        description: 'Changes of each kind. A rise just before an incident may be its cause.',
        unit: 'none',
        bars: true,
        stacked: true,
        lines: [{ of: sum(increase(select(metrics.total), '$__interval'), ['kind']), legend: '{{kind}}' }],
        min: 0,
      }),
    ],
    [
      graph({
        title: 'Monitors that are not up',
        description:
          'How many monitors are down, degraded or unknown. A rise of several at once has one cause: the machine, the network, the box.',
        unit: 'none',
        stacked: true,
        lines: [
          {
            of: sum(select(self.standing, { standing: ['!=', 'up'] }), ['standing']),
            legend: '{{standing}}',
          },
        ],
        min: 0,
      }),
      graph({
        title: 'Transitions',
        description:
          'How often standings changed, by what they changed to. Many in a short time are something that flaps.',
        unit: 'none',
        bars: true,
        lines: [{ of: sum(increase(select(self.transitions), '$__interval'), ['to']), legend: 'to {{to}}' }],
        min: 0,
      }),
    ],
  ],
  questions: [
    {
      title: 'Was it updated?',
      lines: [
        [
          table({
            title: 'Last change of each kind',
            description:
              'How long ago something of each kind was altered. The smallest is the first suspect; signalbox changes has the names.',
            unit: 'none',
            columns: [
              { of: min(age(select(metrics.last)), ['instance', 'kind']), title: 'Before', unit: 'dtdurations' },
              {
                of: sum(increase(select(metrics.total), '$__range'), ['instance', 'kind']),
                title: 'In this time',
                unit: 'none',
              },
            ],
            labels: { instance: 'Machine', kind: 'Kind' },
          }),
          graph({
            title: 'Sources that are seen',
            description:
              'The share of time in which each source of changes was seen. A fall is time in which a change may be dated later than it was.',
            unit: 'percentunit',
            lines: [{ of: overTime('avg_over_time', select(metrics.sourceUp), '$__interval'), legend: '{{source}}' }],
            min: 0,
            max: 1,
          }),
        ],
      ],
    },
    {
      title: 'What is most often in trouble?',
      lines: [
        [
          table({
            title: 'Time down',
            description:
              'The share of the time shown in which each monitor was down or degraded. The highest deserves work.',
            unit: 'none',
            columns: [
              {
                of: calc(
                  max(overTime('avg_over_time', select(self.standing, { standing: 'down' }), '$__range'), ['instance']),
                  '>',
                  0,
                ),
                title: 'Down',
                unit: 'percentunit',
              },
              {
                of: calc(
                  max(overTime('avg_over_time', select(self.standing, { standing: 'degraded' }), '$__range'), [
                    'instance',
                  ]),
                  '>',
                  0,
                ),
                title: 'Degraded',
                unit: 'percentunit',
              },
            ],
            labels: { instance: 'Monitor' },
            highestFirst: 'Down',
          }),
          table({
            title: 'Stands so since',
            description: 'How long each monitor stands as it does. A small number is one that changed just now.',
            unit: 'none',
            columns: [
              { of: calc(select(self.standing), '==', 1) },
              { of: max(age(select(self.since)), ['instance']), title: 'For', unit: 'dtdurations' },
            ],
            labels: { instance: 'Monitor', standing: 'Is' },
          }),
        ],
      ],
    },
  ],
  marks: [
    { title: 'Altered', colour: 'blue', at: select(metrics.last), text: '{{kind}}' },
    { title: 'Stood otherwise', colour: 'orange', at: select(self.since), text: '{{instance}}' },
  ],
};
