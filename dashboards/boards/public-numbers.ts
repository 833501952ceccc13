import { probe } from '../../model/metrics/probe.ts';
import { self } from '../../model/metrics/self.ts';
import type { Board } from '../dashboard.ts';
import { graph, stat, table, WRONG_FROM_ONE } from '../panels.ts';
import {
  avg,
  checked,
  type Expression,
  max,
  overTime,
  quantileOverTime,
  select,
  sum,
  type Window,
  withInfo,
} from '../query.ts';

const isPublic = select(self.monitor, { public: 'true' });
const success = select(checked(probe.success));
const duration = select(checked(probe.duration));

/** Of the public monitors alone, by the titles that strangers read. */
function published<Label extends string>(of: Expression<Label | 'job' | 'instance'>) {
  return withInfo(of, isPublic, ['job', 'instance'], ['title', 'group']);
}
const succeeded = (window: Window) => published(avg(overTime('avg_over_time', success, window), ['job', 'instance']));
const isNow = (standing: string) => sum(published(sum(select(self.standing, { standing }), ['job', 'instance'])));

export const publicNumbers: Board = {
  uid: 'signalbox-public-numbers',
  title: 'Public numbers',
  description:
    'What the public monitors would say of themselves: the numbers behind the status page. For those inside: Grafana itself stays private, since whoever may see it may ask for every series.',
  scope: { metric: self.monitor, instance: 'Monitor' },
  from: 'now-30d',
  well: [
    stat({
      title: 'Public and down',
      description: 'How many public monitors are down. A rise is what strangers see first.',
      unit: 'none',
      of: isNow('down'),
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'Public and unknown',
      description: 'How many public monitors nothing is known of. A rise means that the page says so too.',
      unit: 'none',
      of: isNow('unknown'),
      colours: ['green', [1, 'purple']],
    }),
    uptime('Succeeded, a day', '1d'),
    uptime('Succeeded, a week', '7d'),
    uptime('Succeeded, 30 days', '30d'),
    stat({
      title: 'Half of all checks below',
      description:
        'The duration below which half of the checks of the last day stay, of all public monitors. A rise is felt by everybody.',
      unit: 's',
      of: avg(published(max(quantileOverTime(0.5, duration, '1d'), ['job', 'instance']))),
    }),
  ],
  golden: [
    [
      graph({
        title: 'Checks that succeed',
        description:
          'The share of checks that succeed, by the title that is public. A fall is an outage as guests had it.',
        unit: 'percentunit',
        lines: [{ of: succeeded('1h'), legend: '{{title}}' }],
        min: 0,
        max: 1,
      }),
      graph({
        title: 'How long checks take',
        description:
          'The duration below which half of the checks of an hour stay. A rise means that guests wait longer.',
        unit: 's',
        lines: [
          { of: published(max(quantileOverTime(0.5, duration, '1h'), ['job', 'instance'])), legend: '{{title}}' },
        ],
        min: 0,
      }),
    ],
  ],
  questions: [
    {
      title: 'How well does each keep its word?',
      lines: [
        [
          table({
            title: 'Each public monitor',
            description:
              'The share of checks that succeed, over a day, a week, and 30 and 90 days. A fall of the first alone is new.',
            unit: 'none',
            columns: [
              { of: succeeded('1d'), title: 'A day', unit: 'percentunit' },
              { of: succeeded('7d'), title: 'A week', unit: 'percentunit' },
              { of: succeeded('30d'), title: '30 days', unit: 'percentunit' },
              { of: succeeded('90d'), title: '90 days', unit: 'percentunit' },
            ],
            labels: { title: 'Monitor', group: 'Group' },
          }),
        ],
      ],
    },
    {
      title: 'Is the slowness everybody’s?',
      lines: [
        [
          graph({
            title: '99 of 100 checks below',
            description:
              'The duration below which 99 of 100 checks of an hour stay. A rise with the half unmoved is a fault that comes and goes.',
            unit: 's',
            lines: [
              { of: published(max(quantileOverTime(0.99, duration, '1h'), ['job', 'instance'])), legend: '{{title}}' },
            ],
            min: 0,
          }),
          graph({
            title: 'Degraded',
            description:
              'The share of an hour in which each public monitor worked but not well. A rise is often the beginning of more.',
            unit: 'percentunit',
            lines: [
              {
                of: published(
                  max(overTime('avg_over_time', select(self.standing, { standing: 'degraded' }), '1h'), [
                    'job',
                    'instance',
                  ]),
                ),
                legend: '{{title}}',
              },
            ],
            min: 0,
            max: 1,
          }),
        ],
      ],
    },
  ],
};

function uptime(title: string, window: Window) {
  return stat({
    title,
    description:
      'The share of checks of the public monitors that succeed, over this time. A fall is time in which guests found something broken.',
    unit: 'percentunit',
    decimals: 3,
    of: avg(succeeded(window)),
    colours: ['red', [0.99, 'orange'], [0.999, 'green']],
  });
}
