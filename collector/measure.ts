import type { Check } from '../model/finding.ts';
import { sample } from '../model/metric.ts';
import { probe } from '../model/metrics/probe.ts';
import type { Identity, Sample } from '../model/sample.ts';

/** Who measured, for a check's samples: `job="probe"`, the monitor's name as `instance`, and the vantage. */
export function identityOf(check: Check): Identity {
  return { job: 'probe', instance: check.monitor, vantage: check.vantage };
}

/** The samples of one check: what every probe says, then what its kind says. */
export function samplesOf(check: Check): Sample[] {
  const { finding } = check;
  const unknown = finding.verdict === 'unknown';
  return [
    ...(unknown ? [] : [sample(probe.success, finding.verdict === 'down' ? 0 : 1)]),
    sample(probe.duration, check.durationMs / 1000),
    sample(probe.degraded, finding.verdict === 'degraded' ? 1 : 0),
    sample(probe.unknown, unknown ? 1 : 0),
    sample(probe.late, check.lateMs / 1000),
    ...(finding.samples ?? []),
  ];
}
