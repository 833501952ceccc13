import { HOUR, type Instant, MINUTE } from '../../../model/time.ts';

/**
 * Reads the local times of one log, line after line, as instants; without a zone, in this process's own. An hour that comes twice (clocks go back) is the
 * first of the two unless the line before was later than that; one that never was (clocks go forward) is read as if they had not moved yet.
 * `before` is the instant of the last line that was read earlier.
 */
export function openLocalTime(zone: string | undefined, before: Instant = 0): LocalTime {
  const offsetAt = zone === undefined ? ownOffsetAt : offsetsOf(zone);
  let last = before;
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

function ownOffsetAt(instant: Instant): number {
  return -new Date(instant).getTimezoneOffset() * MINUTE;
}

/** Milliseconds that a zone is ahead of UTC at an instant. Its tables take 8 MB of memory: only for a zone that is not our own. */
function offsetsOf(zone: string): (instant: Instant) => number {
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
  return (instant) => {
    // No clock moves within a quarter of an hour.
    const quarter = Math.floor(instant / QUARTER_MS) * QUARTER_MS;
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    const part = Object.fromEntries(format.formatToParts(quarter).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter;
    if (offsets.size > MOST_KEPT) offsets.clear();
    offsets.set(quarter, offset);
    return offset;
  };
}

const QUARTER_MS = 15 * MINUTE;
const MOST_KEPT = 5_000;
const LOCAL = /^(\d{4})-(\d\d)-(\d\d) {1,2}(\d\d):(\d\d):(\d\d)/;
