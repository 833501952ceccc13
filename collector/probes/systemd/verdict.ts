import type { Verdict } from '../../../model/finding.ts';
import { type Instant, spanInWords } from '../../../model/time.ts';
import { isTooLongAgo, missedMs } from '../../../model/timer.ts';
import { FLAPPING, type TimerReport, type UnitReport } from '../../../model/unit.ts';
import type { UnitSpec } from './unit-spec.ts';

/** What is said of a unit. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string;
}

const UNLOADABLE: Readonly<Record<string, string>> = {
  'not-found': 'there is no such unit',
  masked: 'it is masked: it cannot be started',
  'bad-setting': 'its unit file has a mistake',
  error: 'its unit file cannot be loaded',
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
    return down(load === 'error' && loadError !== undefined ? `${unloadable}: ${loadError}` : unloadable);
  if (active === 'failed') return down(report.failure?.words ?? 'it failed');
  if (report.timer !== undefined && active === 'active') return judgeTimer(report, report.timer, spec, now, service);
  if (active === 'inactive') return judgeInactive(report, spec, now);
  if (active === 'active') return judgeActive(report, spec, now);
  return judgeBetween(report, spec, now);
}

function judgeActive(report: UnitReport, spec: UnitSpec, now: Instant): Judgement {
  const { sub, since } = report;
  if (isFlapping(report)) return degraded(`${sub}, but ${flappingInWords(report)}`);
  if (sub === 'exited') return judgeRun(report, spec, now);
  return up(`${sub}${since === undefined ? '' : ` for ${spanInWords(now - since)}`}`);
}

/** On its way from one state to another: starting, stopping, reloading. */
function judgeBetween(report: UnitReport, { patience }: UnitSpec, now: Instant): Judgement {
  const { active, sub, since, failure, recent, restarts = 0 } = report;
  const lastsMs = since === undefined ? 0 : now - since;
  const lasts = spanInWords(lastsMs);
  if (sub.startsWith('auto-restart')) {
    const why = failure?.words ?? recent.at(-1)?.words ?? 'it ended';
    return down(`${why}; systemd starts it again${restarts > 0 ? `, for the ${ordinal(restarts + 1)} time` : ''}`);
  }
  if (active === 'activating' && report.serviceType === 'oneshot') return up(`running for ${lasts}`);
  if (active === 'reloading' || active === 'refreshing')
    return lastsMs > patience ? degraded(`reloading for ${lasts}`) : up('reloading');
  const doing = active === 'activating' ? 'starting' : active === 'deactivating' ? 'stopping' : active;
  if (isFlapping(report)) return down(`${doing}; it ${flappingInWords(report)}`);
  const reason = `${doing} for ${lasts} (${sub})`;
  return lastsMs > patience ? down(reason) : degraded(reason);
}

/** Not running, which is as it should be for what runs and ends, or waits to be triggered. */
function judgeInactive(report: UnitReport, spec: UnitSpec, now: Instant): Judgement {
  const { name, failure, conditionFailedAt, since, serviceType, triggeredBy, endedAt } = report;
  if (failure !== undefined) return down(failure.words);
  const [not, never] = name.endsWith('.mount')
    ? ['not mounted', 'it never was']
    : ['not running', 'it was never started'];
  const stopped = since === undefined ? never : `stopped ${spanInWords(now - since)} ago`;
  if (conditionFailedAt !== undefined && (endedAt ?? 0) < conditionFailedAt)
    return down('it was not started: a condition of its unit file does not hold');
  const [trigger] = triggeredBy;
  if (endedAt !== undefined && (serviceType === 'oneshot' || triggeredBy.length > 0))
    return judgeRun(report, spec, now);
  if (trigger !== undefined) return up(`not running, waits for ${trigger}`);
  return down(`${not}: ${stopped}`);
}

/** A run that ended well, and how long ago that may be. */
function judgeRun({ endedAt, since }: UnitReport, { within }: UnitSpec, now: Instant): Judgement {
  const last = endedAt ?? since;
  if (last === undefined) return up('done');
  const ago = spanInWords(now - last);
  if (within !== undefined && now - last > within)
    return down(`last run ${ago} ago, wanted within ${spanInWords(within)}`);
  return up(`last run ended well ${ago} ago`);
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
    if (service.failure !== undefined) return down(`${service.name} failed: ${service.failure.words}`);
    if (unloadable !== undefined) return down(`it starts ${unit}, and ${unloadable}`);
  }
  const last = lastAt === undefined ? 'it never ran yet' : `last run ${spanInWords(now - lastAt)} ago`;
  if (within !== undefined && isTooLongAgo(timer, since, within, now))
    return down(`${last}, wanted within ${spanInWords(within)}`);
  if (sub === 'running') return up(`${unit} is running; ${last}`);
  // One that runs once after the boot, or on one day, has done so.
  if (nextAt === undefined && lastAt !== undefined) return up(`it has no further time; ${last}`);
  if (nextAt === undefined) return degraded(`it has no next time (${sub}); ${last}`);
  const missed = missedMs(timer, sub, now);
  if (missed > 0) return down(`overdue by ${spanInWords(missed)}; ${last}`);
  return up(`next run in ${spanInWords(Math.max(0, nextAt - now))}; ${last}`);
}

function isFlapping({ recent }: UnitReport): boolean {
  return recent.length >= FLAPPING.failures;
}

function flappingInWords({ recent }: UnitReport): string {
  const atLeast = recent.length < FLAPPING.kept ? '' : 'at least ';
  return `failed ${atLeast}${recent.length} times in the last ten minutes; the last time: ${recent.at(-1)?.words}`;
}

function ordinal(number: number): string {
  const ending = number % 100 > 10 && number % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}

function up(reason: string): Judgement {
  return { verdict: 'up', reason };
}

function degraded(reason: string): Judgement {
  return { verdict: 'degraded', reason };
}

function down(reason: string): Judgement {
  return { verdict: 'down', reason };
}
