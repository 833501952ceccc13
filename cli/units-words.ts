import type { FailedUnits } from '../exporters/systemd/failed-units.ts';
import type { RestartedUnit } from '../exporters/systemd/restarted-units.ts';
import { type Instant, spanInWords } from '../model/time.ts';
import type { FailedUnit, UnitFailed } from '../model/unit.ts';
import { alignedTable, wrappedWords } from './table.ts';
import { timeInWords } from './time-words.ts';

/** Where a line that is too long goes on: behind the time of a line of the journal. */
const CONTINUED = 6;
/** Names of units are as long at most, nearly all. */
const WIDEST = 40;

/** The failed units of one systemd for people, line by line, in so many columns. */
export function failedUnitsInWords(found: FailedUnits, now: Instant, width = Number.POSITIVE_INFINITY): string[] {
  const { count, units, restarted, failures } = found;
  const more = count > units.length ? ['', `… and ${count - units.length} more that are failed`] : [];
  const lines = [
    sentence(found),
    ...restarted.flatMap((unit) => restartedInWords(unit, now)),
    ...units.flatMap((unit) => unitInWords(unit, now)),
    ...more,
    ...unreadableInWords(found),
  ];
  return [...lines.flatMap((line) => wrappedWords(line, width, CONTINUED)), ...failuresInWords(failures)];
}

function sentence({ scope, state, count, restarted }: FailedUnits): string {
  const whose = scope === 'system' ? 'systemd' : `systemd of ${scope}`;
  const many = count === 0 ? 'no unit is failed' : count === 1 ? 'one unit is failed' : `${count} units are failed`;
  const link = count === 0 ? ', but' : ', and';
  const again = restarted.length === 1 ? 'one crashed and was' : `${restarted.length} crashed and were`;
  const more = restarted.length === 0 ? '' : `${link} ${again} started again within the last ten minutes`;
  return `${whose} is ${state}: ${many}${more}.`;
}

function unreadableInWords({ unreadable, failures }: FailedUnits): string[] {
  if (unreadable === undefined || failures !== undefined) return [];
  return ['', `Units that crashed and run again by now are not told: ${unreadable}.`];
}

/** A line for each unit, those that failed last first. */
function failuresInWords(failures: FailedUnits['failures']): string[] {
  if (failures === undefined) return [];
  if (typeof failures === 'string') return ['', failures];
  const byUnit = [...Map.groupBy(failures, ({ name }) => name)].toSorted(([, a], [, b]) => lastOf(b) - lastOf(a));
  const rows = byUnit.map(([name, its]) => {
    const results = [...new Set(its.map(({ result }) => result))].join(', ');
    return [timeInWords(lastOf(its)), name, inTimes(its.length), results];
  });
  const many = failures.length === 1 ? 'one failure' : `${failures.length === 0 ? 'no' : failures.length} failures`;
  return [
    '',
    `The journal has ${many} since then${rows.length === 0 ? '.' : '; of each unit the last:'}`,
    ...alignedTable(rows, WIDEST),
  ];
}

function lastOf(failures: readonly UnitFailed[]): Instant {
  return failures.at(-1)?.at ?? 0;
}

function inTimes(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function unitInWords(unit: FailedUnit, now: Instant): string[] {
  const { name, words, since, restarts = 0, journal } = unit;
  const tried = restarts === 0 ? '' : `; systemd had started it again ${inTimes(restarts)}`;
  return ['', `${name} failed${when(since, now)}`, `  ${words}${tried}`, ...journal.map(journalLine)];
}

function restartedInWords({ name, words, since, sub, times, journal }: RestartedUnit, now: Instant): string[] {
  const often = times < 2 ? '' : ` ${times} times in the last ten minutes, the last`;
  const next = sub.startsWith('auto-restart') ? 'systemd is about to start it again' : `it is ${sub} again`;
  return ['', `${name} crashed${often}${when(since, now)}`, `  ${words}; ${next}`, ...journal.map(journalLine)];
}

function when(since: Instant | undefined, now: Instant): string {
  return since === undefined ? '' : ` ${spanInWords(now - since)} ago, ${timeInWords(since)}`;
}

/** In the zone of whoever reads it, as every other time here. */
function journalLine(line: string): string {
  const [, stamp = '', text = line] = /^(\d{4}-\S+Z) (.*)$/.exec(line) ?? [];
  const at = Date.parse(stamp);
  return `    ${Number.isNaN(at) ? line : `${timeInWords(at)} ${text}`}`;
}
