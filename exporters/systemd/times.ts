import { type Clock, DAY, HOUR, type Instant, MINUTE, SECOND } from '../../model/time.ts';
import type { Value } from '../../programs/dbus/reader.ts';
import { numberOf, textOf } from './signals.ts';

/** Now, by the wall and by systemd's monotonic clock, both in milliseconds. */
export interface MonotonicNow {
  readonly at: Instant;
  readonly monotonicMs: number;
}

/** Now on both clocks that systemd tells times by: Node's high-resolution time is CLOCK_MONOTONIC, as systemd's is. */
export function monotonicNow(clock: Clock): MonotonicNow {
  return { at: clock.now(), monotonicMs: Number(process.hrtime.bigint()) / 1e6 };
}

/** Microseconds since the epoch from the bus, a date in UTC from systemctl; undefined for never. */
export function instantOf(value: Value | undefined): Instant | undefined {
  const microseconds = numberOf(value);
  if (microseconds !== undefined) return microseconds > 0 ? microseconds / 1e3 : undefined;
  const date = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/.exec(textOf(value) ?? '')?.[0];
  return date === undefined ? undefined : Date.parse(date);
}

/** systemd.time(7): the units in which systemctl prints a span. */
const UNITS: Readonly<Record<string, number>> = {
  y: 365.25 * DAY,
  month: 30.4375 * DAY,
  w: 7 * DAY,
  d: DAY,
  h: HOUR,
  min: MINUTE,
  s: SECOND,
  ms: 1,
  us: 1e-3,
};

/** A span in milliseconds: microseconds from the bus, `1w 2d 3h 4min 5.5s` from systemctl; undefined for none. */
export function spanOf(value: Value | undefined): number | undefined {
  const microseconds = numberOf(value);
  if (microseconds !== undefined) return microseconds / 1e3;
  let sum: number | undefined;
  for (const piece of textOf(value)?.split(' ') ?? []) {
    const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(piece) ?? [];
    const length = UNITS[unit];
    if (amount === undefined || length === undefined) return undefined;
    sum = (sum ?? 0) + Number(amount) * length;
  }
  return sum;
}
