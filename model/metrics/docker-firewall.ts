import { metric } from '../metric.ts';

/** What the firewall makes of Docker's published ports. */
export const dockerFirewall = {
  violations: metric(
    'dockerfw_check_violations',
    'gauge',
    'How many things do not hold that the named check looks at; 0 when all do.',
    ['check', 'severity'],
  ),
  portOk: metric(
    'dockerfw_published_port_ok',
    'gauge',
    'Whether a stranger can reach the published port (1) or not (0), as the rules have it; absent when that cannot be said.',
    ['container', 'proto', 'host_ip', 'host_port'],
  ),
  portObserved: metric(
    'dockerfw_published_port_observed_ok',
    'gauge',
    'Whether the published port answered when last knocked on from a namespace outside (1) or not (0); absent when that cannot be said.',
    ['container', 'proto', 'host_ip', 'host_port'],
  ),
  rules: metric('dockerfw_backend_rules', 'gauge', 'How many rules the backend of the firewall has.', [
    'backend',
    'family',
  ]),
  dockerRules: metric(
    'dockerfw_backend_docker_rules',
    'gauge',
    "How many of them stand in Docker's chains or lead there.",
    ['backend', 'family'],
  ),
  policyDrop: metric(
    'dockerfw_forward_policy_drop',
    'gauge',
    'Whether the backend drops forwarded packets that no rule accepts (1) or not (0).',
    ['backend', 'family'],
  ),
  policyDropped: metric(
    'dockerfw_forward_policy_dropped_packets_total',
    'counter',
    'Forwarded packets that the policy has dropped, where the kernel counts them.',
    ['backend', 'family'],
  ),
  backend: metric(
    'dockerfw_backend_info',
    'info',
    "The backend of the running dockerd's rules, of the host's iptables, and that dockerd will take at its next start; 1.",
    ['role', 'backend'],
  ),
  sysctl: metric('dockerfw_sysctl', 'gauge', 'A setting of the kernel that forwarding depends on, as it stands.', [
    'name',
  ]),
  engine: metric('dockerfw_engine_info', 'info', 'The Docker Engine that runs, and who brought it; 1.', [
    'packaging',
    'version',
    'revision',
  ]),
  engineChanged: metric(
    'dockerfw_engine_changed_timestamp_seconds',
    'gauge',
    'When another engine was first seen than before, in seconds since the epoch.',
  ),
  rulesetChanged: metric(
    'dockerfw_ruleset_changed_timestamp_seconds',
    'gauge',
    'When the rules of the backend were last seen to be others than before, and whether something Docker did explains it, in seconds since the epoch.',
    ['backend', 'explained'],
  ),
  snapshotSuccess: metric(
    'dockerfw_snapshot_success',
    'gauge',
    'Whether the part of the snapshot could be read (1) or not (0).',
    ['part'],
  ),
  snapshotAt: metric(
    'dockerfw_snapshot_timestamp_seconds',
    'gauge',
    'When the snapshot was taken, in seconds since the epoch.',
  ),
  snapshotDuration: metric(
    'dockerfw_snapshot_duration_seconds',
    'gauge',
    'How long it took to take it and to walk the rules, in seconds.',
  ),
};
