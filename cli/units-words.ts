import type { FailedUnits } from '../exporters/systemd/failed-units.ts';
import { type Instant, spanInWords } from '../model/time.ts';
import type { FailedUnit } from '../model/unit.ts';
import { timeInWords } from './time-words.ts';

/** The failed units of one systemd for people, line by line. */
export function failedUnitsInWords({ scope, state, count, units }: FailedUnits, now: Instant): string[] {
  const whose = scope === 'system' ? 'systemd' : `systemd of ${scope}`;
  const many = count === 0 ? 'no unit is failed' : count === 1 ? 'one unit is failed' : `${count} units are failed`;
  const more = count > units.length ? ['', `… and ${count - units.length} more`] : [];
  return [`${whose} is ${state}: ${many}.`, ...units.flatMap((unit) => unitInWords(unit, now)), ...more];
}

function unitInWords({ name, words, since, restarts = 0, journal }: FailedUnit, now: Instant): string[] {
  const when = since === undefined ? '' : ` ${spanInWords(now - since)} ago, ${timeInWords(since)}`;
  const tried = restarts === 0 ? '' : `; systemd had started it again ${restarts === 1 ? 'once' : `${restarts} times`}`;
  return ['', `${name} failed${when}`, `  ${words}${tried}`, ...journal.map((line) => `    ${line}`)];
}
