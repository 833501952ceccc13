import { sample } from '../../model/metric.ts';
import { dockerFirewall as metrics } from '../../model/metrics/docker-firewall.ts';
import type { Sample } from '../../model/sample.ts';
import { backendsOf } from './engine.ts';
import { keyOf, type Observation } from './knock/observe.ts';
import type { Memory } from './memory.ts';
import { CHECKS, type FirewallFinding, type PortReport } from './report.ts';
import { rulesetsOf } from './rulesets.ts';
import type { Snapshot, SnapshotPart } from './snapshot.ts';

const SEVERITIES: readonly FirewallFinding['severity'][] = ['critical', 'warning'];
const PARTS = [
  'legacy4',
  'legacy6',
  'nft4',
  'nft6',
  'nft',
  'sets',
  'sysctls',
  'links',
  'routes',
  'docker',
  'listeners',
] as const satisfies readonly SnapshotPart[];

/** The kernel's settings that are metrics; those of single links would be too many. */
const SYSCTLS = [
  'net.ipv4.ip_forward',
  'net.ipv6.conf.all.forwarding',
  'net.bridge.bridge-nf-call-iptables',
  'net.bridge.bridge-nf-call-ip6tables',
];

export interface Seen {
  readonly snapshot: Snapshot;
  readonly ports: readonly PortReport[];
  readonly findings: readonly FirewallFinding[];
  readonly memory: Memory;
  /** The ports whose prediction is not to be trusted. */
  readonly distrusted: ReadonlySet<string>;
  readonly tookMs: number;
}

/** Everything that was seen, as samples. */
export function samplesOf(seen: Seen): Sample[] {
  const { snapshot, findings, memory } = seen;
  return [
    ...CHECKS.flatMap((check) =>
      SEVERITIES.map((severity) =>
        sample(metrics.violations, findings.filter((one) => one.check === check && one.severity === severity).length, {
          check,
          severity,
        }),
      ),
    ),
    ...portSamples(seen),
    ...rulesetSamples(snapshot),
    ...SYSCTLS.filter((name) => /^\d+$/.test(snapshot.sysctls[name] ?? '')).map((name) =>
      sample(metrics.sysctl, Number(snapshot.sysctls[name]), { name }),
    ),
    ...(memory.engine === undefined || snapshot.docker === undefined
      ? []
      : [sample(metrics.engine, 1, { ...memory.engine })]),
    ...(memory.engineChangedAt === undefined ? [] : [sample(metrics.engineChanged, memory.engineChangedAt / 1e3)]),
    ...Object.entries(memory.rulesets).flatMap(([backend, { changedAt, explained }]) =>
      changedAt === undefined
        ? []
        : [sample(metrics.rulesetChanged, changedAt / 1e3, { backend, explained: String(explained ?? false) })],
    ),
    ...PARTS.map((part) =>
      sample(metrics.snapshotSuccess, snapshot.missing.some((one) => one.part === part) ? 0 : 1, { part }),
    ),
    sample(metrics.snapshotAt, snapshot.at / 1e3),
    sample(metrics.snapshotDuration, seen.tookMs / 1e3),
  ];
}

function portSamples({ ports, memory, distrusted }: Seen): Sample[] {
  const observed = new Map(memory.observations.map((one: Observation) => [one.key, one.outside]));
  const strangers = ports.filter(({ from, onPurpose }) => from === 'outside' && onPurpose !== true);
  const known = new Map(strangers.map((one) => [keyOf(one), one]));
  return [...known].flatMap(([key, { container, proto, hostAddress, port, verdict }]) => {
    const labels = { container, proto, host_ip: hostAddress, host_port: String(port) };
    const seen = observed.get(key) ?? 'unknown';
    return [
      ...(verdict === 'unknown' || distrusted.has(key) ? [] : [sample(metrics.portOk, ok(verdict), labels)]),
      ...(seen === 'unknown' ? [] : [sample(metrics.portObserved, ok(seen), labels)]),
    ];
  });
}

function ok(verdict: 'reachable' | 'blocked'): number {
  return verdict === 'reachable' ? 1 : 0;
}

function rulesetSamples(snapshot: Snapshot): Sample[] {
  const backends = Object.entries(backendsOf(snapshot));
  return [
    ...rulesetsOf(snapshot).flatMap(({ backend, family, rules, dockerRules, dropsForwarded, dropped }) => {
      const labels = { backend, family };
      return [
        sample(metrics.rules, rules, labels),
        sample(metrics.dockerRules, dockerRules, labels),
        sample(metrics.policyDrop, dropsForwarded ? 1 : 0, labels),
        ...(dropped === undefined ? [] : [sample(metrics.policyDropped, dropped, labels)]),
      ];
    }),
    ...backends.map(([role, backend]) => sample(metrics.backend, 1, { role, backend })),
  ];
}
