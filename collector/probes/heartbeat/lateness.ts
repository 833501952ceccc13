import type { Evidence, Finding } from '../../../model/finding.ts';
import type { Pulse } from '../../../model/ledger.ts';
import { type NamedPart, type Reason, reason, span } from '../../../model/reason.ts';
import { HOUR, type Instant, MINUTE } from '../../../model/time.ts';
import { dueAfter, earlyMs } from './due.ts';
import type { HeartbeatSpec, Pulses } from './heartbeat.ts';
import { lastStart, later, type Run, runOf, runUnderWay } from './runs.ts';

/** A stretch in which the box was not running, so that no report could arrive. */
export interface Absence {
  readonly from: Instant;
  readonly to: Instant;
}

/** What a job's reports, or their absence, say at `now`. Samples are added by the probe. */
export function judgeHeartbeat(spec: HeartbeatSpec, pulses: Pulses, now: Instant, absence?: Absence): Finding {
  const clock = clockOf(spec);
  const { known } = pulses;
  const end = later(pulses.ok, pulses.fail);
  const ahead = [lastStart(pulses), end].find((pulse) => pulse !== undefined && pulse.at > now + HOUR);
  if (ahead !== undefined)
    return unknown(
      reason`the last ${ahead.signal === 'again' ? 'start' : ahead.signal} is dated ${clock(ahead.at)}, ahead of this machine's clock`,
    );
  if (end?.signal === 'fail') return failed(pulses, end, clock);
  const base = end ?? known;
  const due = base && dueAfter(spec, base.at);
  const missed = due !== undefined && mayHaveMissed(absence, due - earlyMs, due + spec.grace);
  const next = absence === undefined ? now : dueAfter(spec, absence.to);
  const run = runUnderWay(pulses);
  // Only a success ends lateness: a run that begins after the grace does not.
  const inTime = due === undefined || (run !== undefined && run.first <= (missed ? next : due) + spec.grace);
  if (run !== undefined && inTime && spec.max_run !== undefined)
    return judgeRun(run, spec.max_run, spec.grace, { now, absence, next, pulses, clock });
  if (due === undefined) return unknown(['waiting for its first sign']);
  if (now <= due + spec.grace)
    return end === undefined
      ? unknown(reason`waiting for its first sign, due at ${clock(due)}`)
      : well(pulses, end, clock);
  if (missed && now <= next + spec.grace)
    return unknown(reason`Signalbox was off when it was due at ${clock(due)}; it is due again at ${clock(next)}`);
  return late(spec, pulses, due, absence, clock);
}

interface Moment {
  readonly now: Instant;
  readonly absence: Absence | undefined;
  /** When it is due next that Signalbox could not miss. */
  readonly next: Instant;
  readonly pulses: Pulses;
  readonly clock: ClockPart;
}

/** Counts from the first start that nothing has answered: that a job begins anew is no sign of its health. */
function judgeRun({ first, last }: Run, maxMs: number, graceMs: number, moment: Moment): Finding {
  const { now, absence, next, pulses, clock } = moment;
  const limit = first + maxMs;
  const again = againInWords(first, last, clock);
  if (now <= limit) return { verdict: 'up', reason: reason`running since ${clock(first)}${again}` };
  if (absence !== undefined && mayHaveMissed(absence, first, limit)) {
    // The first run's end may have come while nobody listened: the next one counts for itself, if it began in time.
    if (last > absence.to && now <= Math.min(last, next + graceMs) + maxMs)
      return { verdict: 'up', reason: reason`running since ${clock(last)}` };
    if (now <= next + graceMs)
      return unknown(
        reason`Signalbox was off during the run that began at ${clock(first)}; it is due again at ${clock(next)}`,
      );
  }
  return down(reason`started at ${clock(first)}${again} and has not ended; it may run for ${span(maxMs)}`, pulses);
}

function late(spec: HeartbeatSpec, pulses: Pulses, due: Instant, absence: Absence | undefined, clock: ClockPart) {
  const end = later(pulses.ok, pulses.fail);
  const run = runUnderWay(pulses);
  const since =
    run !== undefined
      ? reason`started at ${clock(run.first)}${againInWords(run.first, run.last, clock)} and has not ended`
      : end === undefined
        ? ['no sign yet']
        : reason`no sign since ${clock(end.at)}`;
  const grace = spec.grace === 0 ? [] : reason`, ${span(spec.grace)} grace ended at ${clock(due + spec.grace)}`;
  const missedMs = overlapMs(absence, due - earlyMs, due + spec.grace);
  const missed = missedMs === 0 ? [] : reason` (Signalbox itself was off for ${span(missedMs)} of that time)`;
  return down(reason`${since}; it was due at ${clock(due)}${grace}${missed}`, pulses);
}

/** Off for more than this share of the time in which the report was expected, we cannot say that it did not come. */
const BLIND_SHARE = 0.1;

function mayHaveMissed(absence: Absence | undefined, from: Instant, to: Instant): boolean {
  return overlapMs(absence, from, to) > BLIND_SHARE * (to - from);
}

function overlapMs(absence: Absence | undefined, from: Instant, to: Instant): number {
  return absence === undefined ? 0 : Math.max(0, Math.min(absence.to, to) - Math.max(absence.from, from));
}

type ClockPart = (at: Instant) => NamedPart;

/** Instants as the job's own calendar says them; seconds where the job reports that often. */
function clockOf({ every, timezone }: HeartbeatSpec): ClockPart {
  const seconds = every !== undefined && every < 5 * MINUTE;
  return (at) => ({ at, ...(timezone !== undefined && { zone: timezone }), ...(seconds && { seconds }) });
}

function againInWords(first: Instant, last: Instant, clock: ClockPart): Reason {
  return last > first ? reason` and again at ${clock(last)}` : [];
}

function unknown(why: Reason): Finding {
  return { verdict: 'unknown', reason: why };
}

function well(pulses: Pulses, end: Pulse, clock: ClockPart): Finding {
  const runMs = runOf(pulses);
  if (runMs === undefined) return { verdict: 'up', reason: reason`last sign ${clock(end.at)}` };
  const began = clock(end.at - runMs);
  return { verdict: 'up', reason: reason`last run ${began}, took ${span(runMs)}`, latencyMs: runMs };
}

function failed(pulses: Pulses, end: Pulse, clock: ClockPart): Finding {
  const runMs = runOf(pulses);
  const code = end.exitCode === undefined ? [] : reason` with exit code ${end.exitCode}`;
  const took = runMs === undefined ? [] : reason`, after ${span(runMs)}`;
  const run = runUnderWay(pulses);
  const again = run === undefined ? [] : reason`; running again since ${clock(run.last)}`;
  return {
    ...down(reason`failed at ${clock(end.at)}${code}${took}${again}`, pulses),
    ...(runMs === undefined ? {} : { latencyMs: runMs }),
  };
}

function down(why: Reason, pulses: Pulses): Finding {
  return { verdict: 'down', reason: why, evidence: evidenceOf(pulses) };
}

function evidenceOf(pulses: Pulses): Evidence {
  const { ok, fail } = pulses;
  const start = lastStart(pulses);
  const end = later(ok, fail);
  return {
    ...(start === undefined ? {} : { 'last start': new Date(start.at).toISOString() }),
    ...(ok === undefined ? {} : { 'last success': new Date(ok.at).toISOString() }),
    ...(fail === undefined ? {} : { 'last failure': new Date(fail.at).toISOString() }),
    ...(end?.exitCode === undefined ? {} : { 'exit code': end.exitCode }),
    ...(end?.log === undefined ? {} : { log: end.log }),
  };
}
