import { dockerFirewall as metrics } from '../../model/metrics/docker-firewall.ts';
import type { Board } from '../dashboard.ts';
import { graph, RIGHT_AT_ONE, stat, table, timeline, WRONG_FROM_ONE } from '../panels.ts';
import { age, calc, count, max, min, rate, select, sum } from '../query.ts';

const closed = sum(calc(select(metrics.portOk), '== bool', 0));

export const dockerFirewall: Board = {
  uid: 'signalbox-docker-firewall',
  title: 'Docker firewall',
  description:
    'Whether a stranger reaches the ports that Docker publishes, and what the rules of both backends look like.',
  scope: { metric: metrics.snapshotAt, instance: 'Machine' },
  well: [
    stat({
      title: 'Findings',
      description:
        'How many things are wrong with the firewall. A rise means that a port was cut off, or is open against the rules.',
      unit: 'none',
      of: sum(select(metrics.violations)),
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'Ports cut off',
      description:
        'How many published ports a stranger cannot reach, by the rules. A rise after an upgrade is the firewall drifting.',
      unit: 'none',
      of: closed,
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'Ports that did not answer',
      description:
        'How many published ports did not answer when knocked on from outside. A rise without one in the rules is a container that does not listen.',
      unit: 'none',
      of: sum(calc(select(metrics.portObserved), '== bool', 0)),
      colours: WRONG_FROM_ONE,
    }),
    stat({
      title: 'Ports published',
      description: 'How many ports Docker publishes. A rise means that a container offers more than before.',
      unit: 'none',
      of: count(select(metrics.portOk)),
    }),
    stat({
      title: 'Rules can be read',
      description:
        'Whether every part of the snapshot could be read. A fall to no means that what is said here may be incomplete.',
      unit: 'bool_yes_no',
      of: min(select(metrics.snapshotSuccess)),
      colours: RIGHT_AT_ONE,
    }),
    stat({
      title: 'Looked',
      description: 'How long ago the rules were last read. A rise past some minutes means that nobody looks.',
      unit: 's',
      of: max(age(select(metrics.snapshotAt))),
      colours: ['green', [300, 'orange'], [1800, 'red']],
    }),
    stat({
      title: 'Rules altered',
      description:
        'How long ago the rules were last seen to be others. A small number beside a cut port names the time of the cause.',
      unit: 's',
      of: min(age(select(metrics.rulesetChanged))),
    }),
    stat({
      title: 'Engine altered',
      description: 'How long ago another Docker Engine was first seen. A small number: it was updated.',
      unit: 's',
      of: min(age(select(metrics.engineChanged))),
    }),
  ],
  golden: [
    [
      timeline({
        title: 'Ports, by the rules',
        description:
          'Whether a stranger can reach each published port, as the rules have it. A fall is a port that was cut off.',
        unit: 'none',
        lines: [{ of: select(metrics.portOk), legend: '{{container}} {{host_port}}/{{proto}}' }],
        words: { 0: ['cut off', 'red'], 1: ['reachable', 'green'] },
      }),
      timeline({
        title: 'Ports, as knocked on',
        description:
          'Whether each published port answered from outside. A fall without one in the rules is a container that does not listen.',
        unit: 'none',
        lines: [{ of: select(metrics.portObserved), legend: '{{container}} {{host_port}}/{{proto}}' }],
        words: { 0: ['no answer', 'red'], 1: ['answered', 'green'] },
      }),
    ],
    [
      graph({
        title: 'Rules in each backend',
        description:
          'How many rules each backend has. Docker rules that fall in one and rise in the other are the drift after an upgrade.',
        unit: 'none',
        lines: [
          { of: select(metrics.rules), legend: '{{backend}} {{family}} all' },
          { of: select(metrics.dockerRules), legend: "{{backend}} {{family}} Docker's" },
        ],
        min: 0,
      }),
      graph({
        title: 'Dropped by policy',
        description:
          'Forwarded packets that no rule accepted and the policy dropped. A rise means that somebody knocks in vain.',
        unit: 'pps',
        lines: [{ of: rate(select(metrics.policyDropped)), legend: '{{backend}} {{family}}' }],
        min: 0,
      }),
    ],
  ],
  questions: [
    {
      title: 'What exactly is wrong?',
      lines: [
        [
          table({
            title: 'Findings',
            description:
              'How many things each check found wrong. Any number above 0 is explained by signalbox firewall explain.',
            unit: 'none',
            columns: [
              {
                of: calc(max(select(metrics.violations), ['instance', 'check', 'severity']), '>', 0),
                title: 'Violations',
                unit: 'none',
              },
            ],
            labels: { instance: 'Machine', check: 'Check', severity: 'Severity' },
            highestFirst: 'Violations',
          }),
          table({
            title: 'Ports cut off',
            description:
              'Each published port that a stranger cannot reach. A row more is one more service that nobody reaches.',
            unit: 'none',
            columns: [{ of: calc(select(metrics.portOk), '==', 0) }],
            labels: {
              instance: 'Machine',
              container: 'Container',
              proto: 'Protocol',
              host_ip: 'Address',
              host_port: 'Port',
            },
          }),
        ],
      ],
    },
    {
      title: 'Which backend decides?',
      lines: [
        [
          table({
            title: 'Backends',
            description:
              "The backend of dockerd's rules and of the host's iptables. Two different ones side by side are how ports are cut off.",
            unit: 'none',
            columns: [{ of: select(metrics.backend) }],
            labels: { instance: 'Machine', role: 'Of', backend: 'Backend' },
          }),
          timeline({
            title: 'Policy of forwarding',
            description:
              'Whether each backend drops what no rule accepts. A rise to drop in a backend without Docker rules cuts off every container.',
            unit: 'none',
            lines: [{ of: select(metrics.policyDrop), legend: '{{backend}} {{family}}' }],
            words: { 0: ['accept', 'green'], 1: ['drop', 'orange'] },
          }),
        ],
      ],
    },
    {
      title: 'Was Docker updated, and how long does looking take?',
      lines: [
        [
          table({
            title: 'Engines',
            description: 'Which Docker Engine runs and who brought it. A row that changes is an update.',
            unit: 'none',
            columns: [{ of: select(metrics.engine) }],
            labels: { instance: 'Machine', packaging: 'Brought by', version: 'Version', revision: 'Revision' },
          }),
          graph({
            title: 'How long a snapshot takes',
            description: 'How long reading and walking the rules took. It rises with the number of rules.',
            unit: 's',
            lines: [{ of: select(metrics.snapshotDuration), legend: '{{instance}}' }],
            min: 0,
          }),
        ],
      ],
    },
  ],
  marks: [
    { title: 'Rules altered', colour: 'orange', at: select(metrics.rulesetChanged), text: '{{backend}}' },
    { title: 'Engine altered', colour: 'red', at: select(metrics.engineChanged), text: '{{instance}}' },
  ],
};
