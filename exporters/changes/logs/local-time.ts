import { HOUR, type Instant } from '../../../model/time.ts';

/**
 * Reads the local times of one log, line after line, as instants. An hour that comes twice (clocks go back) is the first of the two
 * unless the line before was later than that; one that never was (clocks go forward) is read as if they had not moved yet.
 * `before` is the instant of the last line that was read earlier.
 */
export function openLocalTime(zone: string, before: Instant = 0): LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
    calendar: 'iso8601',
    numberingSystem: 'latn',
  });
  const offsets = new Map<number, number>();
  let last = before;

  /** Milliseconds that the zone is ahead of UTC; the same for a quarter of an hour. */
  function offsetAt(instant: Instant): number {
    const quarter = Math.floor(instant / (HOUR / 4)) * (HOUR / 4);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    const part = Object.fromEntries(format.formatToParts(quarter).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter;
    if (offsets.size > 5_000) offsets.clear();
    offsets.set(quarter, offset);
    return offset;
  }

  return (text) => {
    const [, year, month, day, hour, minute, second] = LOCAL.exec(text) ?? [];
    if (second === undefined) return undefined;
    const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
    const before = offsetAt(wall - 14 * HOUR);
    const [earlier, later] = [before, offsetAt(wall + 14 * HOUR)]
      .map((offset) => wall - offset)
      .filter((instant) => offsetAt(instant) === wall - instant)
      .sort((a, b) => a - b);
    const first = earlier ?? wall - before;
    const at = later !== undefined && first < last ? later : first;
    last = Math.max(last, at);
    return at;
  };
}

/** The instant of a text that begins with a local time such as `2026-11-21 05:20:54`; undefined when it does not. */
export type LocalTime = (text: string) => Instant | undefined;

const LOCAL = /^(\d{4})-(\d\d)-(\d\d) {1,2}(\d\d):(\d\d):(\d\d)/;
