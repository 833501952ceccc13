import type { FailedUnits } from '../exporters/systemd/failed-units.ts';
import { type Instant, spanInWords } from '../model/time.ts';
import type { FailedUnit, UnitFailed } from '../model/unit.ts';
import { alignedTable } from './table.ts';
import { timeInWords } from './time-words.ts';

/** The failed units of one systemd for people, line by line. */
export function failedUnitsInWords({ scope, state, count, units, failures }: FailedUnits, now: Instant): string[] {
  const whose = scope === 'system' ? 'systemd' : `systemd of ${scope}`;
  const many = count === 0 ? 'no unit is failed' : count === 1 ? 'one unit is failed' : `${count} units are failed`;
  const more = count > units.length ? ['', `… and ${count - units.length} more`] : [];
  return [
    `${whose} is ${state}: ${many}.`,
    ...units.flatMap((unit) => unitInWords(unit, now)),
    ...more,
    ...failuresInWords(failures),
  ];
}

/** A line for each unit, those that failed last at the end. */
function failuresInWords(failures: FailedUnits['failures']): string[] {
  if (failures === undefined) return [];
  if (typeof failures === 'string') return ['', failures];
  const byUnit = [...Map.groupBy(failures, ({ name }) => name)].toSorted(([, a], [, b]) => lastOf(a) - lastOf(b));
  const rows = byUnit.map(([name, its]) => {
    const results = [...new Set(its.map(({ result }) => result))].join(', ');
    return [timeInWords(lastOf(its)), name, its.length === 1 ? 'once' : `${its.length} times`, results];
  });
  const many = failures.length === 1 ? 'one failure' : `${failures.length === 0 ? 'no' : failures.length} failures`;
  return [
    '',
    `The journal has ${many} since then${rows.length === 0 ? '.' : '; of each unit the last:'}`,
    ...alignedTable(rows),
  ];
}

function lastOf(failures: readonly UnitFailed[]): Instant {
  return failures.at(-1)?.at ?? 0;
}

function unitInWords({ name, words, since, restarts = 0, journal }: FailedUnit, now: Instant): string[] {
  const when = since === undefined ? '' : ` ${spanInWords(now - since)} ago, ${timeInWords(since)}`;
  const tried = restarts === 0 ? '' : `; systemd had started it again ${restarts === 1 ? 'once' : `${restarts} times`}`;
  return ['', `${name} failed${when}`, `  ${words}${tried}`, ...journal.map((line) => `    ${line}`)];
}
