import type { Verdict } from '../../../model/finding.ts';
import { oneLine } from '../../../model/outside-text.ts';
import { type Ours, ours, quoteAfter, type Reason, reason, span, target } from '../../../model/reason.ts';
import type { Instant } from '../../../model/time.ts';
import { isTooLongAgo, missedMs } from '../../../model/timer.ts';
import { FLAPPING, type TimerReport, type UnitReport } from '../../../model/unit.ts';
import type { UnitSpec } from './unit-spec.ts';

/** What is said of a unit. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: Reason;
}

const UNLOADABLE: Readonly<Record<string, Reason>> = {
  'not-found': ['there is no such unit'],
  masked: ['it is masked: it cannot be started'],
  'bad-setting': ['its unit file has a mistake'],
  error: ['its unit file cannot be loaded'],
};

/** Judges a unit by what systemd says of it; `service` is what a timer starts. */
export function judgeUnit(
  report: UnitReport,
  spec: UnitSpec,
  now: Instant,
  service?: UnitReport | undefined,
): Judgement {
  const { load, loadError, active } = report;
  const unloadable = UNLOADABLE[load];
  // What runs goes on running when its file is gone.
  // Of the other two systemd's own words say no more.
  if (unloadable !== undefined && active !== 'active')
    return down(
      load === 'error' && loadError !== undefined
        ? reason`${unloadable}${quoteAfter(': ', oneLine(loadError))}`
        : unloadable,
    );
  if (active === 'failed') return down([report.failure?.words ?? 'it failed']);
  if (report.timer !== undefined && active === 'active') return judgeTimer(report, report.timer, spec, now, service);
  if (active === 'inactive') return judgeInactive(report, spec, now);
  if (active === 'active') return judgeActive(report, spec, now);
  return judgeBetween(report, spec, now);
}

function judgeActive(report: UnitReport, spec: UnitSpec, now: Instant): Judgement {
  const { sub, since } = report;
  if (isFlapping(report)) return degraded(reason`${ours(sub)}, but ${flappingInWords(report)}`);
  if (sub === 'exited') return judgeRun(report, spec, now);
  return up(since === undefined ? [sub] : reason`${ours(sub)} for ${span(now - since)}`);
}

/** On its way from one state to another: starting, stopping, reloading. */
function judgeBetween(report: UnitReport, { patience }: UnitSpec, now: Instant): Judgement {
  const { active, sub, since, failure, recent, restarts = 0 } = report;
  const lastsMs = since === undefined ? 0 : now - since;
  const lasts = span(lastsMs);
  if (sub.startsWith('auto-restart')) {
    const why = ours(failure?.words ?? recent.at(-1)?.words ?? 'it ended');
    const again = restarts > 0 ? reason`, for the ${ordinal(restarts + 1)} time` : [];
    return down(reason`${why}; systemd starts it again${again}`);
  }
  if (active === 'activating' && report.serviceType === 'oneshot') return up(reason`running for ${lasts}`);
  if (active === 'reloading' || active === 'refreshing')
    return lastsMs > patience ? degraded(reason`reloading for ${lasts}`) : up(['reloading']);
  const doing = ours(active === 'activating' ? 'starting' : active === 'deactivating' ? 'stopping' : active);
  if (isFlapping(report)) return down(reason`${doing}; it ${flappingInWords(report)}`);
  const why = reason`${doing} for ${lasts} (${ours(sub)})`;
  return lastsMs > patience ? down(why) : degraded(why);
}

/** Not running, which is as it should be for what runs and ends, or waits to be triggered. */
function judgeInactive(report: UnitReport, spec: UnitSpec, now: Instant): Judgement {
  const { name, failure, conditionFailedAt, since, serviceType, triggeredBy, endedAt } = report;
  if (failure !== undefined) return down([failure.words]);
  const [not, never] = name.endsWith('.mount')
    ? (['not mounted', 'it never was'] as const)
    : (['not running', 'it was never started'] as const);
  const stopped = since === undefined ? [never] : reason`stopped ${span(now - since)} ago`;
  if (conditionFailedAt !== undefined && (endedAt ?? 0) < conditionFailedAt)
    return down(['it was not started: a condition of its unit file does not hold']);
  const [trigger] = triggeredBy;
  if (endedAt !== undefined && (serviceType === 'oneshot' || triggeredBy.length > 0))
    return judgeRun(report, spec, now);
  if (trigger !== undefined) return up(reason`not running, waits for ${target(trigger, 'what starts it')}`);
  return down(reason`${not}: ${stopped}`);
}

/** A run that ended well, and how long ago that may be. */
function judgeRun({ endedAt, since }: UnitReport, { within }: UnitSpec, now: Instant): Judgement {
  const last = endedAt ?? since;
  if (last === undefined) return up(['done']);
  const ago = span(now - last);
  if (within !== undefined && now - last > within)
    return down(reason`last run ${ago} ago, wanted within ${span(within)}`);
  return up(reason`last run ended well ${ago} ago`);
}

function judgeTimer(
  { sub, since }: UnitReport,
  timer: TimerReport,
  { within }: UnitSpec,
  now: Instant,
  service: UnitReport | undefined,
): Judgement {
  const { unit, lastAt, nextAt } = timer;
  if (service !== undefined && service.active !== 'active') {
    const unloadable = UNLOADABLE[service.load];
    if (service.failure !== undefined)
      return down(reason`${target(service.name, 'what it starts')} failed: ${ours(service.failure.words)}`);
    if (unloadable !== undefined) return down(reason`it starts ${target(unit, 'a unit')}, and ${unloadable}`);
  }
  const last = lastAt === undefined ? ['it never ran yet'] : reason`last run ${span(now - lastAt)} ago`;
  if (within !== undefined && isTooLongAgo(timer, since, within, now))
    return down(reason`${last}, wanted within ${span(within)}`);
  if (sub === 'running') return up(reason`${target(unit, 'what it starts')} is running; ${last}`);
  // One that runs once after the boot, or on one day, has done so.
  if (nextAt === undefined && lastAt !== undefined) return up(reason`it has no further time; ${last}`);
  if (nextAt === undefined) return degraded(reason`it has no next time (${ours(sub)}); ${last}`);
  const missed = missedMs(timer, sub, now);
  if (missed > 0) return down(reason`overdue by ${span(missed)}; ${last}`);
  return up(reason`next run in ${span(Math.max(0, nextAt - now))}; ${last}`);
}

function isFlapping({ recent }: UnitReport): boolean {
  return recent.length >= FLAPPING.failures;
}

function flappingInWords({ recent }: UnitReport): Reason {
  const atLeast = recent.length < FLAPPING.kept ? '' : 'at least ';
  const last = ours(recent.at(-1)?.words ?? '');
  return reason`failed ${atLeast}${recent.length} times in the last ten minutes; the last time: ${last}`;
}

function ordinal(number: number): Ours {
  const ending = number % 100 > 10 && number % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return ours(`${number}${ending}`);
}

function up(why: Reason): Judgement {
  return { verdict: 'up', reason: why };
}

function degraded(why: Reason): Judgement {
  return { verdict: 'degraded', reason: why };
}

function down(why: Reason): Judgement {
  return { verdict: 'down', reason: why };
}
