import type { Evidence, Finding } from '../../../model/finding.ts';
import type { Pulse } from '../../../model/ledger.ts';
import { HOUR, type Instant, spanInWords } from '../../../model/time.ts';
import { clockInWords } from './clock-words.ts';
import { dueAfter, earlyMs } from './due.ts';
import type { HeartbeatSpec, Pulses } from './heartbeat.ts';

/** A stretch in which the box was not running, so that no report could arrive. */
export interface Absence {
  readonly from: Instant;
  readonly to: Instant;
}

/** What a job's reports, or their absence, say at `now`. Samples are added by the probe. */
export function judgeHeartbeat(spec: HeartbeatSpec, pulses: Pulses, now: Instant, absence?: Absence): Finding {
  const clock = (at: Instant) => clockInWords(at, now, spec);
  const { start, known } = pulses;
  const end = later(pulses.ok, pulses.fail);
  const ahead = [start, end].find((pulse) => pulse !== undefined && pulse.at > now + HOUR);
  if (ahead !== undefined)
    return unknown(`the last ${ahead.signal} is dated ${clock(ahead.at)}, ahead of this machine's clock`);
  if (end?.signal === 'fail') return failed(pulses, end, clock);
  if (start !== undefined && isRunning(pulses) && spec.max_run !== undefined) {
    if (now <= start.at + spec.max_run) return { verdict: 'up', reason: `running since ${clock(start.at)}` };
    const next = absence === undefined ? now : dueAfter(spec, absence.to);
    if (mayHaveMissed(absence, start.at, start.at + spec.max_run) && now <= next + spec.grace)
      return unknown(
        `Signalbox was off during the run that began at ${clock(start.at)}; it is due again at ${clock(next)}`,
      );
    const limit = spanInWords(spec.max_run);
    return down(`started at ${clock(start.at)} and has not ended; it may run for ${limit}`, pulses);
  }
  const base = end ?? known;
  if (base === undefined) return unknown('waiting for its first sign');
  const due = dueAfter(spec, base.at);
  if (now <= due + spec.grace)
    return end === undefined ? unknown(`waiting for its first sign, due at ${clock(due)}`) : well(pulses, end, clock);
  const next = absence === undefined ? now : dueAfter(spec, absence.to);
  if (mayHaveMissed(absence, due - earlyMs, due + spec.grace) && now <= next + spec.grace)
    return unknown(`Signalbox was off when it was due at ${clock(due)}; it is due again at ${clock(next)}`);
  return late(spec, pulses, due, absence, clock);
}

function late(spec: HeartbeatSpec, pulses: Pulses, due: Instant, absence: Absence | undefined, clock: ClockWords) {
  const end = later(pulses.ok, pulses.fail);
  const running = isRunning(pulses) ? pulses.start : undefined;
  const since =
    running !== undefined
      ? `started at ${clock(running.at)} and has not ended`
      : end === undefined
        ? 'no sign yet'
        : `no sign since ${clock(end.at)}`;
  const grace = spec.grace === 0 ? '' : `, ${spanInWords(spec.grace)} grace ended at ${clock(due + spec.grace)}`;
  const missedMs = overlapMs(absence, due - earlyMs, due + spec.grace);
  const missed = missedMs === 0 ? '' : ` (Signalbox itself was off for ${spanInWords(missedMs)} of that time)`;
  return down(`${since}; it was due at ${clock(due)}${grace}${missed}`, pulses);
}

/** Off for more than this share of the time in which the report was expected, we cannot say that it did not come. */
const BLIND_SHARE = 0.1;

function mayHaveMissed(absence: Absence | undefined, from: Instant, to: Instant): boolean {
  return overlapMs(absence, from, to) > BLIND_SHARE * (to - from);
}

function overlapMs(absence: Absence | undefined, from: Instant, to: Instant): number {
  return absence === undefined ? 0 : Math.max(0, Math.min(absence.to, to) - Math.max(absence.from, from));
}

/** How long the last finished run took in milliseconds; undefined when it did not say when it began. */
export function runOf({ start, ok, fail }: Pulses): number | undefined {
  const end = later(ok, fail);
  const other = end === ok ? fail : ok;
  if (start === undefined || end === undefined || start.at > end.at) return undefined;
  // Between the start and this end lies another end: the start was that one's.
  return other !== undefined && other.at >= start.at ? undefined : end.at - start.at;
}

function isRunning({ start, ok, fail }: Pulses): boolean {
  return start !== undefined && start.at > (later(ok, fail)?.at ?? Number.NEGATIVE_INFINITY);
}

/** The later of two pulses. */
export function later(one: Pulse | undefined, other: Pulse | undefined): Pulse | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.at >= one.at ? other : one;
}

type ClockWords = (at: Instant) => string;

function unknown(reason: string): Finding {
  return { verdict: 'unknown', reason };
}

function well(pulses: Pulses, end: Pulse, clock: ClockWords): Finding {
  const runMs = runOf(pulses);
  if (runMs === undefined) return { verdict: 'up', reason: `last sign ${clock(end.at)}` };
  const began = clock(end.at - runMs);
  return { verdict: 'up', reason: `last run ${began}, took ${spanInWords(runMs)}`, latencyMs: runMs };
}

function failed(pulses: Pulses, end: Pulse, clock: ClockWords): Finding {
  const runMs = runOf(pulses);
  const code = end.exitCode === undefined ? '' : ` with exit code ${end.exitCode}`;
  const took = runMs === undefined ? '' : `, after ${spanInWords(runMs)}`;
  const again =
    isRunning(pulses) && pulses.start !== undefined ? `; running again since ${clock(pulses.start.at)}` : '';
  return {
    ...down(`failed at ${clock(end.at)}${code}${took}${again}`, pulses),
    ...(runMs === undefined ? {} : { latencyMs: runMs }),
  };
}

function down(reason: string, pulses: Pulses): Finding {
  return { verdict: 'down', reason, evidence: evidenceOf(pulses) };
}

function evidenceOf({ start, ok, fail }: Pulses): Evidence {
  const end = later(ok, fail);
  return {
    ...(start === undefined ? {} : { 'last start': new Date(start.at).toISOString() }),
    ...(ok === undefined ? {} : { 'last success': new Date(ok.at).toISOString() }),
    ...(fail === undefined ? {} : { 'last failure': new Date(fail.at).toISOString() }),
    ...(end?.exitCode === undefined ? {} : { 'exit code': end.exitCode }),
    ...(end?.log === undefined ? {} : { log: end.log }),
  };
}
