import { type Instant, MINUTE } from '../../../model/time.ts';
import type { HeartbeatSpec } from './heartbeat.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** An instant as the job's own calendar says it, in words that stay true: `03:15`, on another day `20 Nov 03:15`. Seconds where the job reports that often. */
export function clockInWords(at: Instant, now: Instant, spec: HeartbeatSpec): string {
  const then = partsOf(at, spec.timezone);
  const today = partsOf(now, spec.timezone);
  const precise = spec.every !== undefined && spec.every < 5 * MINUTE;
  const time = `${then.hour}:${then.minute}${precise ? `:${then.second}` : ''}`;
  if (then.year !== today.year) return `${then.day} ${then.month} ${then.year} ${time}`;
  return then.day === today.day && then.month === today.month ? time : `${then.day} ${then.month} ${time}`;
}

function partsOf(at: Instant, zone: string | undefined): Partial<Record<string, string>> {
  let format = formats.get(zone ?? '');
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      ...(zone === undefined ? {} : { timeZone: zone }),
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone ?? '', format);
  }
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}
