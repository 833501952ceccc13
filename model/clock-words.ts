import type { Instant } from './time.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** In which zone an instant is told, the machine's own when left out, and whether to the second. */
export interface ClockWords {
  readonly zone?: string | undefined;
  readonly seconds?: boolean | undefined;
}

/** An instant in words that stay true: `03:15`, on another day than `now` `20 Nov 03:15`, in another year, or without `now`, `20 Nov 2026 03:15`. */
export function clockInWords(at: Instant, now: Instant | undefined, { zone, seconds }: ClockWords): string {
  const then = partsOf(at, zone);
  const time = `${then.hour}:${then.minute}${seconds ? `:${then.second}` : ''}`;
  const today = now === undefined ? undefined : partsOf(now, zone);
  if (then.year !== today?.year) return `${then.day} ${then.month} ${then.year} ${time}`;
  return then.day === today?.day && then.month === today?.month ? time : `${then.day} ${then.month} ${time}`;
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
