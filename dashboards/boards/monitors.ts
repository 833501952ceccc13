import { connection } from '../../model/metrics/connection.ts';
import { dns } from '../../model/metrics/dns.ts';
import { heartbeat } from '../../model/metrics/heartbeat.ts';
import { http } from '../../model/metrics/http.ts';
import { icmp } from '../../model/metrics/icmp.ts';
import { probe } from '../../model/metrics/probe.ts';
import { self } from '../../model/metrics/self.ts';
import { tcp } from '../../model/metrics/tcp.ts';
import type { Board } from '../dashboard.ts';
import { graph, stat, table, timeline, WRONG_FROM_ONE } from '../panels.ts';
import {
  age,
  avg,
  calc,
  checked,
  count,
  highest,
  max,
  min,
  overTime,
  quantileOverTime,
  select,
  sum,
  untilThen,
} from '../query.ts';
import { STANDING_WORDS, standingOf } from '../standing.ts';

const DAY = 86_400;
const stood = (standing: string) => select(self.standing, { standing });
const success = select(checked(probe.success));
const duration = select(checked(probe.duration));

export const monitors: Board = {
  uid: 'signalbox-monitors',
  title: 'Monitors',
  description: 'What is watched: where it stands, how long checks take and which part of them, certificates, jobs.',
  scope: { metric: self.monitor, instance: 'Monitor' },
  well: [
    stat({
      title: 'Up',
      description: 'How many monitors are up. A fall means that one of them is not, or is watched no more.',
      unit: 'none',
      of: sum(stood('up')),
      colours: ['green'],
    }),
    stat({
      title: 'Degraded',
      description:
        'How many monitors work but not well: slow, or with a certificate that ends soon. Often the first sign of more.',
      unit: 'none',
      of: sum(stood('degraded')),
      colours: ['green', [1, 'orange']],
    }),
    stat({
      title: 'Down',
      description: 'How many monitors are down, confirmed. Each one more is an outage.',
      unit: 'none',
      of: sum(stood('down')),
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'Not known',
      description:
        'How many monitors nobody can say anything of. A rise means that the box cannot look, or is itself offline.',
      unit: 'none',
      of: sum(stood('unknown')),
      colours: ['green', [1, 'purple']],
    }),
    stat({
      title: 'Checks that succeed',
      description:
        'The share of checks within the time shown that found their target well enough. A fall is time in which something did not work.',
      unit: 'percentunit',
      decimals: 2,
      of: avg(overTime('avg_over_time', success, '$__range')),
      colours: ['red', [0.99, 'orange'], [0.999, 'green']],
    }),
    stat({
      title: 'Slowest now',
      description: 'How long the longest of the last checks took. A rise means that one target answers slowly.',
      unit: 's',
      of: max(duration),
      course: true,
    }),
    stat({
      title: 'First certificate ends in',
      description:
        'How long the certificate that ends first is still valid. It falls day by day, and rises when one is renewed.',
      unit: 's',
      of: min(untilThen(select(checked(connection.earliestCertExpiry)))),
      colours: ['red', [7 * DAY, 'orange'], [21 * DAY, 'green']],
    }),
    stat({
      title: 'Checks late by',
      description:
        'How long after they were due the latest checks began. A rise means that the box has more to do than it can.',
      unit: 's',
      of: max(select(checked(probe.late))),
      colours: ['green', [1, 'orange'], [10, 'red']],
    }),
  ],
  golden: [
    [
      timeline({
        title: 'Where each monitor stood',
        description: 'The standing of each monitor over time. A step up is degraded, down, or unknown.',
        unit: 'none',
        lines: [{ of: standingOf(['instance']), legend: '{{instance}}' }],
        words: STANDING_WORDS,
      }),
      graph({
        title: 'How long checks take',
        description:
          'The duration of whole checks, from each vantage. A rise means that the target, or the way to it, became slow.',
        unit: 's',
        lines: [{ of: avg(duration, ['instance', 'vantage']), legend: '{{instance}} {{vantage}}' }],
        min: 0,
      }),
    ],
    [
      graph({
        title: 'Checks that succeed',
        description:
          'The share of checks that found the target well enough. A fall to 0 is an outage, a dip is a fault that comes and goes.',
        unit: 'percentunit',
        lines: [{ of: avg(overTime('avg_over_time', success, '$__interval'), ['instance']), legend: '{{instance}}' }],
        min: 0,
        max: 1,
      }),
      graph({
        title: 'Is this normal?',
        description:
          'Of the time shown up to each instant: the duration that half of the checks stay below, and that 99 of 100 do. A rise of the second alone is an intermittent fault.',
        unit: 's',
        lines: [
          { of: max(quantileOverTime(0.5, duration, '1h'), ['instance']), legend: '{{instance}} half' },
          { of: max(quantileOverTime(0.99, duration, '1h'), ['instance']), legend: '{{instance}} 99 of 100' },
        ],
        min: 0,
      }),
    ],
  ],
  questions: [
    {
      title: 'What is not up, and since when?',
      lines: [
        [
          table({
            title: 'Each monitor',
            description:
              'Since when each monitor stands as it does, and how many of its checks succeed in the time shown. A large number of seconds is long peace, or a long outage.',
            unit: 'none',
            columns: [
              { of: calc(select(self.standing), '==', 1) },
              {
                of: max(age(select(self.since)), ['instance']),
                title: 'For',
                unit: 'dtdurations',
              },
              {
                of: avg(overTime('avg_over_time', success, '$__range'), ['instance']),
                title: 'Checks that succeed',
                unit: 'percentunit',
                colours: ['red', [0.99, 'orange'], [0.999, 'green']],
              },
            ],
            labels: { instance: 'Monitor', standing: 'Is' },
          }),
        ],
      ],
    },
    {
      title: 'Which part of a check is slow?',
      lines: [
        [
          graph({
            title: 'HTTP, by phase',
            description:
              'How long finding the name, connecting, TLS, waiting for the answer and reading it took. The phase that rises names the culprit.',
            unit: 's',
            stacked: true,
            lines: [{ of: avg(select(checked(http.duration)), ['phase']), legend: '{{phase}}' }],
          }),
          graph({
            title: 'TCP, by phase',
            description:
              'How long finding the name, connecting, TLS and talking took. The phase that rises names the culprit.',
            unit: 's',
            stacked: true,
            lines: [{ of: avg(select(checked(tcp.duration)), ['phase']), legend: '{{phase}}' }],
          }),
        ],
        [
          graph({
            title: 'Pings lost',
            description: 'The share of pings without an answer. A rise means that the way to the target loses packets.',
            unit: 'percentunit',
            lines: [
              { of: max(select(checked(icmp.lossRatio)), ['instance', 'vantage']), legend: '{{instance}} {{vantage}}' },
            ],
            min: 0,
            max: 1,
          }),
          graph({
            title: 'Round trips',
            description: 'The mean round trip of each burst of pings. A rise means a longer way, or a full line.',
            unit: 's',
            lines: [
              {
                of: max(select(checked(icmp.rtt), { stat: 'avg' }), ['instance', 'vantage']),
                legend: '{{instance}} {{vantage}}',
              },
            ],
            min: 0,
          }),
        ],
      ],
    },
    {
      title: 'Do the name servers agree?',
      lines: [
        [
          graph({
            title: 'How long each name server takes',
            description: 'How long each name server took to answer. A rise is felt by everything that looks up a name.',
            unit: 's',
            lines: [
              {
                of: max(select(checked(dns.serverDuration)), ['instance', 'server']),
                legend: '{{instance}} {{server}}',
              },
            ],
            min: 0,
          }),
          graph({
            title: 'Serial of the zone',
            description:
              'The serial number that each server has. It rises when the zone is altered; one that stays behind serves old names.',
            unit: 'none',
            lines: [
              {
                of: max(select(checked(dns.serverSerial)), ['instance', 'server']),
                legend: '{{instance}} {{server}}',
              },
            ],
          }),
        ],
      ],
    },
    {
      title: 'Which certificate must be renewed?',
      lines: [
        [
          table({
            title: 'Certificates',
            description: 'How long each certificate is still valid. It falls by a day each day; a rise is a renewal.',
            unit: 'none',
            columns: [
              {
                of: min(untilThen(select(checked(connection.earliestCertExpiry))), ['instance']),
                title: 'Ends in',
                unit: 'dtdurations',
                colours: ['red', [7 * DAY, 'orange'], [21 * DAY, 'green']],
              },
            ],
            labels: { instance: 'Monitor' },
          }),
        ],
      ],
    },
    {
      title: 'Do the jobs report?',
      lines: [
        [
          graph({
            title: 'Since the last success',
            description:
              'How long ago each job last reported success. It falls to 0 with each run; one that keeps rising does not run.',
            unit: 's',
            lines: [{ of: age(select(heartbeat.lastOk)), legend: '{{instance}}' }],
            min: 0,
          }),
          graph({
            title: 'How long a run takes',
            description:
              'How long the last finished run took. A slow rise means that the job has more to do than before.',
            unit: 's',
            lines: [{ of: select(heartbeat.run), legend: '{{instance}}' }],
            min: 0,
          }),
        ],
      ],
    },
    {
      title: 'Do inside and outside differ?',
      lines: [
        [
          graph({
            title: 'Success by vantage',
            description:
              'The share of checks that succeed, from each vantage. Where only one falls, the way from there is broken and not the service.',
            unit: 'percentunit',
            lines: [{ of: avg(success, ['vantage']), legend: '{{vantage}}' }],
            min: 0,
            max: 1,
          }),
          graph({
            title: 'Slowest three',
            description: 'The three monitors whose checks take longest at each instant. A rise names who became slow.',
            unit: 's',
            lines: [{ of: highest(3, max(duration, ['instance'])), legend: '{{instance}}' }],
            min: 0,
          }),
        ],
        [
          graph({
            title: 'Monitors of each kind',
            description: 'How many monitors there are of each kind. A rise means that somebody added some.',
            unit: 'none',
            lines: [{ of: count(select(self.monitor), ['kind']), legend: '{{kind}}' }],
          }),
        ],
      ],
    },
  ],
  marks: [{ title: 'Stood otherwise', colour: 'orange', at: select(self.since), text: '{{instance}}' }],
};
