import { messageOf } from '../../../model/errors.ts';
import type { Evidence, Finding } from '../../../model/finding.ts';
import { sample } from '../../../model/metric.ts';
import { systemd } from '../../../model/metrics/systemd.ts';
import { oneLine } from '../../../model/outside-text.ts';
import type { Probe, ProbeContext } from '../../../model/probe.ts';
import { quoteAfter, reason } from '../../../model/reason.ts';
import type { Sample } from '../../../model/sample.ts';
import type { UnitReport, Units } from '../../../model/unit.ts';
import type { UnitSpec } from './unit-spec.ts';
import { judgeUnit } from './verdict.ts';

/** Asks systemd about one unit and judges it; what is bad brings the last lines of its journal. */
export const probe: Probe<UnitSpec> = async (spec, context) => {
  const { units, signal } = context;
  if (units === undefined) return { verdict: 'unknown', reason: ['systemd cannot be asked from this vantage'] };
  let report: UnitReport;
  let service: UnitReport | undefined;
  try {
    report = await units.look(spec, signal);
    service = report.timer?.unit ? await units.look({ ...spec, unit: report.timer.unit }, signal) : undefined;
  } catch (error) {
    const why = messageOf(error);
    return { verdict: 'unknown', reason: reason`systemd cannot be asked${quoteAfter(': ', oneLine(why, 200))}` };
  }
  for (const one of [report, service]) if (one !== undefined) traceReport(one, context);
  const { verdict, reason: why } = judgeUnit(report, spec, context.clock.now(), service);
  const bad = verdict === 'down' || verdict === 'degraded';
  return {
    verdict,
    reason: why,
    samples: samplesOf(report),
    ...(bad && { evidence: await evidenceOf(units, spec, service?.failure ? service : report, context) }),
  } satisfies Finding;
};

function samplesOf({ restarts, since }: UnitReport): Sample[] {
  return [
    ...(restarts === undefined ? [] : [sample(systemd.restarts, restarts)]),
    ...(since === undefined ? [] : [sample(systemd.stateChange, since / 1e3)]),
  ];
}

async function evidenceOf(
  units: Units,
  spec: UnitSpec,
  report: UnitReport,
  { signal }: ProbeContext,
): Promise<Evidence> {
  const { name, load, active, sub, since, failure, restarts, recent } = report;
  const failures = recent.map(({ at, words }) => `${iso(at)} ${oneLine(words)}`);
  return {
    unit: name,
    state: `${active} (${sub})${since === undefined ? '' : ` since ${iso(since)}`}`,
    ...(load !== 'loaded' && { 'unit file': load }),
    ...(failure !== undefined && { result: `${failure.result}: ${oneLine(failure.words)}` }),
    ...(restarts !== undefined && restarts > 0 && { restarts }),
    ...(failures.length > 0 && { 'failures in the last ten minutes': failures }),
    ...(load !== 'not-found' && { journal: await units.lastLines({ ...spec, unit: name }, report, signal) }),
  };
}

function traceReport({ name, load, active, sub, failure, serviceType }: UnitReport, { trace }: ProbeContext): void {
  const type = serviceType === undefined ? '' : `, type ${serviceType}`;
  const ended = failure === undefined ? '' : `, ended badly: ${failure.words}`;
  trace?.('systemd says', `${name} is ${load}, ${active} (${sub})${type}${ended}`);
}

function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
