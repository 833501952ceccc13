import { type Metric, sample } from '../../../model/metric.ts';
import { heartbeat } from '../../../model/metrics/heartbeat.ts';
import type { Probe } from '../../../model/probe.ts';
import type { Sample } from '../../../model/sample.ts';
import { SECOND } from '../../../model/time.ts';
import { dueAfter } from './due.ts';
import type { HeartbeatSpec, Pulses } from './heartbeat.ts';
import { judgeHeartbeat } from './lateness.ts';
import { lastStart, later, runOf } from './runs.ts';

/** Looks at what the job has reported, and whether it should have. */
export const probe: Probe<HeartbeatSpec> = async (spec, context) => {
  const pulses = context.pulses(context.monitor);
  for (const pulse of Object.values(pulses)) context.trace?.(pulse.signal, new Date(pulse.at).toISOString());
  const finding = judgeHeartbeat(spec, pulses, context.clock.now(), context.absence?.());
  return { ...finding, samples: samplesOf(spec, pulses) };
};

function samplesOf(spec: HeartbeatSpec, pulses: Pulses): Sample[] {
  const samples: Sample[] = [];
  const add = (of: Metric<never>, value: number | undefined) => {
    if (value !== undefined) samples.push(sample(of, value));
  };
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / SECOND);
  const end = later(pulses.ok, pulses.fail);
  const base = end ?? pulses.known;
  add(heartbeat.lastOk, seconds(pulses.ok?.at));
  add(heartbeat.lastFail, seconds(pulses.fail?.at));
  add(heartbeat.lastStart, seconds(lastStart(pulses)?.at));
  add(heartbeat.due, seconds(base === undefined ? undefined : dueAfter(spec, base.at)));
  add(heartbeat.run, seconds(runOf(pulses)));
  add(heartbeat.exitCode, end?.exitCode);
  return samples;
}
